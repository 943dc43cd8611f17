import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import type {StageRecord} from '../../contract/run/pipeline.ts';
import type {Stage} from '../../contract/run/stage.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {hashFile} from '../../store/hashes/sha256.ts';
import {readStageRecord} from '../../store/run/stageRecord.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {optionalPaths} from './stageOutputs.ts';
import type {PlannedStage} from './stagePlan.ts';
import type {StageDecision} from './takeOver.ts';

/**
 * Looks whether the stages of a run that are done still have their results, file by file. One that has not loses its record, so that it is
 * done again, a training from its last checkpoint. Returns what is done again and why. For the owner of the run only.
 */
export async function checkResults(run: string, stages: readonly PlannedStage[]): Promise<StageDecision[]> {
  const decisions: StageDecision[] = [];
  for (const {stage, name} of stages) {
    const fault = await faultOf(run, name);
    if (fault === null) continue;
    await removeDamaged(run, stage, fault);
    await rm(runPaths.stage(run, name), {force: true});
    decisions.push({stage: name, message: `again, ${fault.what}`});
  }
  return decisions;
}

interface Fault {
  readonly what: string;
  /** Files that are not as they were recorded, by their paths in the run; null: the record cannot be read, so nobody knows. */
  readonly files: readonly string[] | null;
}

async function faultOf(run: string, stage: string): Promise<Fault | null> {
  try {
    const record = await readStageRecord(run, stage);
    return record === null ? null : await damagedResult(run, record);
  } catch (error) {
    if (error instanceof UserError) return {what: `its record is damaged: ${error.message}`, files: null};
    throw error;
  }
}

async function damagedResult(run: string, {outputs = {}}: StageRecord): Promise<Fault | null> {
  let first: string | undefined;
  const files: string[] = [];
  for (const [path, hash] of Object.entries(outputs)) {
    const file = join(run, path);
    const isThere = await fileExists(file);
    if (isThere && (await hashFile(file)) === hash) continue;
    first ??= isThere ? `${path} was changed or damaged` : `${path} is missing`;
    files.push(path);
  }
  return first === undefined ? null : {what: first, files};
}

/**
 * What a stage leaves besides its result is made again only where it is gone, so it goes where a file of it is damaged, or may be: else it would be recorded
 * as it is.
 */
async function removeDamaged(run: string, stage: Stage, {files}: Fault): Promise<void> {
  for (const path of optionalPaths(stage)) {
    const isDamaged = files === null || files.some((file) => file.startsWith(`${path}/`));
    if (isDamaged) await rm(join(run, path), {recursive: true, force: true});
  }
}
