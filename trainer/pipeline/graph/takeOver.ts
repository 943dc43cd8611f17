import {rename, rm} from 'node:fs/promises';
import {join, relative, resolve} from 'node:path';
import {nullForUserError, UserError} from '../../contract/errors.ts';
import type {StageInputs, StageRecord} from '../../contract/run/pipeline.ts';
import {temporaryBeside} from '../../store/files/atomicFile.ts';
import {writeFolderAtomic} from '../../store/files/atomicFolder.ts';
import {linkOrCopy} from '../../store/files/linkFiles.ts';
import {filesBelow} from '../../store/files/namesIn.ts';
import {listRuns, type RunFolder} from '../../store/run/runFolder.ts';
import {hashFile} from '../../store/hashes/sha256.ts';
import {readStageRecord, writeStageRecord} from '../../store/run/stageRecord.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import type {StageFacts} from './stageFacts.ts';
import {changedInputs, stageInputs, stageKey} from './stageInputs.ts';
import {optionalPaths, outputPaths} from './stageOutputs.ts';
import {partOf, type PlannedStage} from './stagePlan.ts';

/** What becomes of a stage of a new run, and why. */
export interface StageDecision {
  readonly stage: string;
  /** As in `again, merge.search.budget changed`. */
  readonly message: string;
  /** The run whose result was taken over. */
  readonly from?: RunFolder;
}

interface EarlierStage {
  readonly run: RunFolder;
  readonly record: StageRecord;
}

/**
 * Takes over from earlier runs of the same output folder what they did with the same inputs. Nothing is said where there are none. The
 * stages must be in the order in which they need each other. Runs that cannot be read go to `onUnreadable` and are left out.
 */
export async function takeOver(
  run: RunFolder,
  stages: readonly PlannedStage[],
  facts: StageFacts,
  onUnreadable: (error: UserError) => void = () => undefined,
): Promise<StageDecision[]> {
  const {folder, config} = facts.resolved;
  const all = await listRuns(resolve(folder, config.output), onUnreadable);
  const earlier = all.filter(({record}) => record.id !== run.record.id && record.name === run.record.name).reverse();
  if (earlier.length === 0) return [];
  const keys = new Map<string, string>();
  const decisions: StageDecision[] = [];
  for (const stage of inOrder(stages.filter((each) => partOf(each) === null))) {
    const inputs = stageInputs(stage, facts, (need) => keys.get(need));
    if (inputs !== null) keys.set(stage.name, stageKey(inputs));
    decisions.push(await decide(run, stage, inputs, await earlierStages(earlier, stage.name)));
  }
  return decisions;
}

/** Needs first: `planStages` lists the stages by how long they take. */
export function inOrder(stages: readonly PlannedStage[]): PlannedStage[] {
  const names = new Set(stages.map(({name}) => name));
  const ordered: PlannedStage[] = [];
  const add = (stage: PlannedStage): void => {
    if (ordered.includes(stage)) return;
    stages.filter(({name}) => names.has(name) && stage.needs.includes(name)).forEach(add);
    ordered.push(stage);
  };
  stages.forEach(add);
  return ordered;
}

async function earlierStages(runs: readonly RunFolder[], stage: string): Promise<EarlierStage[]> {
  const found: EarlierStage[] = [];
  for (const run of runs) {
    // A record that cannot be read is no reason not to do the stage again.
    const record = await readStageRecord(run.path, stage).catch(nullForUserError);
    if (record !== null) found.push({run, record});
  }
  return found;
}

async function decide(
  run: RunFolder,
  planned: PlannedStage,
  inputs: StageInputs | null,
  earlier: readonly EarlierStage[],
): Promise<StageDecision> {
  const {name: stage} = planned;
  if (inputs === null) return {stage, message: 'again, it gathers what the others did'};
  const key = stageKey(inputs);
  const damaged: string[] = [];
  for (const {run: source, record} of earlier.filter((each) => each.record.key === key)) {
    if (await copyStage(source, run, planned, record)) {
      return {stage, message: `taken over from ${source.record.id}`, from: source};
    }
    damaged.push(source.record.id);
  }
  if (damaged.length > 0) return {stage, message: `again, its result in ${damaged.join(', ')} was changed or damaged`};
  const [newest] = earlier;
  if (newest === undefined) return {stage, message: 'for the first time'};
  return {stage, message: `again, ${reason(newest, inputs)}`};
}

const named = 3;

/** What changed since an earlier run, as in `decouple.batch and engine.threads changed`. */
function reason({run, record}: EarlierStage, inputs: StageInputs): string {
  if (record.inputs === undefined) return `${run.record.id} has not recorded what it depends on`;
  const changed = changedInputs(record.inputs, inputs).map((path) => path.replace(/^stages\./, ''));
  const more = changed.length - named;
  const texts = [...changed.slice(0, named), ...(more > 0 ? [`${more} more`] : [])];
  const last = texts.pop() ?? 'something';
  return `${texts.length > 0 ? `${texts.join(', ')} and ` : ''}${last} changed since ${run.record.id}`;
}

/** Takes over one stage with its checkpoints; false where a file is not as it was recorded. */
export async function copyStage(
  source: RunFolder,
  run: RunFolder,
  {stage, name}: PlannedStage,
  record: StageRecord,
): Promise<boolean> {
  const files = Object.entries(record.outputs ?? {});
  if (record.outputs === undefined || files.length === 0) return false;
  const optional = optionalPaths(stage);
  for (const path of [...outputPaths(stage), ...optional]) {
    const own = files.filter(([file]) => file === path || file.startsWith(`${path}/`));
    if (own.length === 0 && optional.includes(path)) continue;
    if (own.length === 0 || !(await copyOutput(source.path, run.path, path, own))) return false;
  }
  await copyCheckpoints(source.path, run.path, name);
  const from = record.from ?? source.record.id;
  await writeStageRecord(run.path, {...record, from});
  return true;
}

class Damaged extends Error {}

/** One file or folder of a result, which appears whole or not at all. False where it is not as recorded. */
async function copyOutput(
  source: string,
  run: string,
  path: string,
  files: readonly (readonly [string, string])[],
): Promise<boolean> {
  const copyInto = async (folder: string) => {
    for (const [file, hash] of files) await copyChecked(join(source, file), join(folder, relative(path, file)), hash);
  };
  const isFile = files.length === 1 && files[0]?.[0] === path;
  try {
    await (isFile ? copyFileAtomic(join(run, path), copyInto) : writeFolderAtomic(join(run, path), copyInto));
    return true;
  } catch (error) {
    if (error instanceof Damaged) return false;
    throw error;
  }
}

async function copyFileAtomic(path: string, copy: (path: string) => Promise<void>): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await copy(temporary);
    await rename(temporary, path);
  } finally {
    await rm(temporary, {force: true});
  }
}

async function copyChecked(from: string, to: string, hash: string): Promise<void> {
  await takeAlong(from, to);
  if ((await hashFile(to)) !== hash) throw new Damaged();
}

/** A file that cannot be read is as good as a damaged one: the stage is done again. */
async function takeAlong(from: string, to: string): Promise<void> {
  await linkOrCopy(from, to).catch((error: unknown) => {
    throw error instanceof UserError ? new Damaged() : error;
  });
}

/** With them the training can be extended in this run. They have checksums of their own, and none are needed. */
async function copyCheckpoints(source: string, run: string, stage: string): Promise<void> {
  const from = runPaths.checkpoints(source, stage);
  const files = (await filesBelow(from).catch(nullForUserError)) ?? [];
  // What begins with a dot is being written, or was when its process was killed.
  const whole = files.filter((file) => !relative(from, file).startsWith('.'));
  if (whole.length === 0) return;
  try {
    await writeFolderAtomic(runPaths.checkpoints(run, stage), async (folder) => {
      for (const file of whole) await takeAlong(file, join(folder, relative(from, file)));
    });
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
  }
}
