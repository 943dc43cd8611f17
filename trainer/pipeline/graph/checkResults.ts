import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import type {StageRecord} from '../../contract/run/pipeline.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {hashFile} from '../../store/files/sha256.ts';
import {readStageRecord} from '../../store/run/stageRecord.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import type {PlannedStage} from './stagePlan.ts';
import type {StageDecision} from './takeOver.ts';

/**
 * Looks whether the stages of a run that are done still have their results, file by file. One that has not loses its record, so that it is
 * done again, a training from its last checkpoint. Returns what is done again and why. For the owner of the run only.
 */
export async function checkResults(run: string, stages: readonly PlannedStage[]): Promise<StageDecision[]> {
  const decisions: StageDecision[] = [];
  for (const {name} of stages) {
    const fault = await faultOf(run, name);
    if (fault === null) continue;
    await rm(runPaths.stage(run, name), {force: true});
    decisions.push({stage: name, message: `again, ${fault}`});
  }
  return decisions;
}

async function faultOf(run: string, stage: string): Promise<string | null> {
  try {
    const record = await readStageRecord(run, stage);
    return record === null ? null : await damagedResult(run, record);
  } catch (error) {
    if (error instanceof UserError) return `its record is damaged: ${error.message}`;
    throw error;
  }
}

async function damagedResult(run: string, {outputs = {}}: StageRecord): Promise<string | null> {
  for (const [path, hash] of Object.entries(outputs)) {
    const file = join(run, path);
    if (!(await fileExists(file))) return `${path} is missing`;
    if ((await hashFile(file)) !== hash) return `${path} was changed or damaged`;
  }
  return null;
}
