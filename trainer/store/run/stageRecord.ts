import {dirname} from 'node:path';
import {StageRecord} from '../../contract/run/pipeline.ts';
import {readJsonIfThere, writeJsonAtomic} from '../files/jsonFile.ts';
import {runPaths} from './runPaths.ts';
import {makeFolders} from '../files/makeFolders.ts';

/** What a stage of a run recorded at its end; null for one that is not done. Throws a UserError for a damaged record. */
export async function readStageRecord(run: string, stage: string): Promise<StageRecord | null> {
  return readJsonIfThere(runPaths.stage(run, stage), StageRecord, 'the stage record');
}

/** Notes that a stage of a run is done. */
export async function writeStageRecord(run: string, record: StageRecord): Promise<void> {
  const file = runPaths.stage(run, record.stage);
  makeFolders(dirname(file));
  await writeJsonAtomic(file, record);
}
