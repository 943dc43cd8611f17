import {mkdir} from 'node:fs/promises';
import {dirname} from 'node:path';
import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import {nullForUserError, UserError} from '../../contract/errors.ts';
import {LossPlane, type PlaneResult} from '../../contract/run/lossPlane.ts';
import {meanLoss} from '../../evaluate/heldOutSummary.ts';
import {IncrementalMerge} from '../../merge/files/incrementalMerge.ts';
import {lineScales, planeAxis, planePoints, withLoss} from '../../merge/search/planePoints.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {readJson, writeJsonAtomic} from '../../store/files/jsonFile.ts';
import {takeLock} from '../../store/run/processLock.ts';
import {hashBytes} from '../../store/files/sha256.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {openMergeLab, type LabDraws, type LabHeldOut, type MergeLab} from '../search/mergeLab.ts';
import type {StageContext} from '../stages/stageContext.ts';
import {planeWeights, type PlaneRequest} from './planeRequest.ts';

const seed = 0;
const writeMilliseconds = 1000;

export interface PlaneHooks {
  onProgress(done: number, total: number): void;
  onWarning(message: string): void;
}

/**
 * Measures the loss plane of two experts on the current engine and writes it into the run folder, at most once a second while it grows. One that
 * was begun with the same models, images and weights is gone on with. Throws a UserError where another process measures the same.
 */
export async function measurePlane(request: PlaneRequest, engine: EngineInfo, hooks: PlaneHooks): Promise<PlaneResult> {
  const {run, experts} = request;
  const weights = await planeWeights(request);
  const file = runPaths.plane(run.path, experts);
  const lock = await takeLock(`${file}.lock`);
  if (!lock.held) {
    throw new UserError('plane-busy', `Process ${lock.holder?.pid ?? '?'} measures this plane already.`, {where: file});
  }
  const lab = await openMergeLab(contextOf(request, hooks)).catch(async (error: unknown) => {
    await lock.release();
    throw error;
  });
  try {
    return {file, plane: await fill(file, await begin(file, request, weights, lab, engine), lab, hooks)};
  } finally {
    lab.dispose();
    await lock.release();
  }
}

/** The plane as far as it is on the disk, or an empty one. */
async function begin(
  file: string,
  {experts, images: wanted, timesteps}: PlaneRequest,
  weights: readonly number[],
  lab: MergeLab,
  {reason: _, ...engine}: EngineInfo,
): Promise<LossPlane> {
  const images = Math.min(wanted, lab.data.validation.size);
  const line = {scales: [...lineScales], losses: lineScales.map(() => null)};
  const settings = {experts: [...experts] as [number, number], weights: [...weights], axis: [...planeAxis]};
  const recipe = {part: 'validation' as const, images, timestepsPerRange: timesteps, seed, engine};
  const key = hashBytes(JSON.stringify([lab.key, settings, line.scales, recipe]));
  const known = await knownPlane(file);
  if (known?.key === key) return known;
  const rows = planeAxis.map(() => planeAxis.map(() => null));
  return {format: 1, key, ...settings, rows, line, done: 0, total: planePoints({...settings, line}).length, recipe};
}

/** One that cannot be read is measured anew. */
async function knownPlane(file: string): Promise<LossPlane | null> {
  if (!(await fileExists(file))) return null;
  return readJson(file, LossPlane, 'the loss plane').catch(nullForUserError);
}

async function fill(file: string, begun: LossPlane, lab: MergeLab, hooks: PlaneHooks): Promise<LossPlane> {
  const {images, timestepsPerRange: timesteps} = begun.recipe;
  const heldOut = await lab.heldOut({part: 'validation', images, timesteps, seed} satisfies LabDraws);
  await mkdir(dirname(file), {recursive: true});
  const merge = new IncrementalMerge(lab.base, lab.vectors);
  let plane = begun;
  let writtenAt = performance.now();
  for (const [index, weights] of planePoints(begun).entries()) {
    merge.visit(weights);
    if (index < begun.done) continue;
    plane = withLoss(plane, index, await loss(lab, heldOut, merge));
    hooks.onProgress(plane.done, plane.total);
    if (performance.now() - writtenAt < writeMilliseconds) continue;
    await writeJsonAtomic(file, plane);
    writtenAt = performance.now();
  }
  merge.dispose();
  await writeJsonAtomic(file, plane);
  return plane;
}

async function loss(lab: MergeLab, heldOut: LabHeldOut, merge: IncrementalMerge): Promise<number> {
  return meanLoss(await lab.losses(merge.params(), heldOut));
}

/** A plane is no stage of its run: it has neither events nor a stop of its own. */
function contextOf({run, resolved}: PlaneRequest, {onWarning}: PlaneHooks): StageContext {
  return {
    run: run.path,
    resolved,
    stage: 'plane',
    emit: (event) => (event.type === 'log' ? onWarning(event.message) : undefined),
    nextAction: () => Promise.resolve('continue'),
  };
}
