import type {LossPlaneRequest} from '../../contract/measurements/lossPlaneKind.ts';
import {UserError} from '../../contract/errors.ts';
import type {LossPlane} from '../../contract/run/measured/lossPlane.ts';
import {runExperts} from '../../contract/run/pipeline.ts';
import {meanLoss} from '../../evaluate/heldOutSummary.ts';
import {IncrementalMerge} from '../../merge/files/incrementalMerge.ts';
import {lineScales, planeAxis, planePoints, withLoss} from '../../merge/search/planePoints.ts';
import {hashBytes} from '../../store/hashes/sha256.ts';
import {settledWeights} from '../../store/run/settledWeights.ts';
import {openMergeLab, type MergeLab} from '../search/mergeLab.ts';
import type {MeasuredRun, MeasurementHooks, OpenMeasurement} from './measurement.ts';
import {measuringContext} from './measuringContext.ts';
import {requireExpertsMade} from './requireModel.ts';
import {requireExperts} from './requireExperts.ts';

const seed = 0;

/** Opens the models and validation images of a run for the loss plane of two of its experts. Throws UserErrors. */
export async function openLossPlane(
  measured: MeasuredRun,
  request: LossPlaneRequest,
): Promise<OpenMeasurement<LossPlane>> {
  const weights = await planeWeights(measured, request);
  const context = await measuringContext(measured, 'plane');
  await requireExpertsMade(context);
  const lab = await openMergeLab(context);
  const empty = emptyPlane(measured, request, weights, lab);
  return {
    key: empty.key,
    run: (kept, hooks) => fill(kept ?? empty, lab, hooks),
    dispose: () => lab.dispose(),
  };
}

/** The weights of the other experts. Throws a UserError for experts that the run does not have, and for a wrong number of weights. */
async function planeWeights(measured: MeasuredRun, {experts, weights}: LossPlaneRequest): Promise<readonly number[]> {
  const {run, resolved} = measured;
  const count = runExperts(resolved.config);
  if (resolved.config.data === undefined) {
    throw new UserError('plane-data', 'The loss is measured on images, but the config of the run has no data.', {
      where: run.path,
    });
  }
  requireExperts(measured, experts);
  const held = weights ?? (await settledWeights(run.path))?.weights ?? Array.from({length: count}, () => 1 / count);
  if (held.length === count) return held;
  throw new UserError('plane-weights', `${count} experts need ${count} weights, not ${held.length}.`);
}

function emptyPlane(
  {engine}: MeasuredRun,
  {experts: [x, y], images: wanted, timesteps}: LossPlaneRequest,
  weights: readonly number[],
  lab: MergeLab,
): LossPlane {
  if (engine === null) throw new Error('a loss plane needs an engine');
  const {reason: _, ...used} = engine;
  const images = Math.min(wanted, lab.data.validation.size);
  const line = {scales: [...lineScales], losses: lineScales.map(() => null)};
  const settings = {experts: [x, y] as [number, number], weights: [...weights], axis: [...planeAxis]};
  const recipe = {part: 'validation' as const, images, timestepsPerRange: timesteps, seed, engine: used};
  const key = hashBytes(JSON.stringify([lab.key, settings, line.scales, recipe]));
  const rows = planeAxis.map(() => planeAxis.map(() => null));
  return {format: 1, key, ...settings, rows, line, done: 0, total: planePoints({...settings, line}).length, recipe};
}

/** Measures the losses that are still missing. */
async function fill(
  begun: LossPlane,
  lab: MergeLab,
  {signal, onProgress, keep}: MeasurementHooks<LossPlane>,
): Promise<LossPlane> {
  const {images, timestepsPerRange: timesteps} = begun.recipe;
  const heldOut = await lab.heldOut({part: 'validation', images, timesteps, seed});
  const merge = new IncrementalMerge(lab.base, lab.vectors);
  let plane = begun;
  try {
    for (const [index, weights] of planePoints(begun).entries()) {
      // Each merge is computed from the previous one, so those measured earlier have to be visited as well.
      merge.visit(weights);
      if (index < begun.done) continue;
      signal.throwIfAborted();
      plane = withLoss(plane, index, meanLoss(await lab.losses(merge.params(), heldOut)));
      onProgress(plane.done, plane.total);
      await keep(plane);
    }
    return plane;
  } finally {
    merge.dispose();
  }
}
