import {LossRecord} from '../../contract/run/pipeline.ts';
import type {LossTable} from '../../evaluate/lossTable.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {tableLimits} from '../../store/files/jsonLimits.ts';
import {readJson} from '../../store/files/jsonFile.ts';
import {runPaths} from '../../store/run/runPaths.ts';

/** The held-out losses of those models of a run that are measured, by their names. */
export async function measuredLosses(run: string, models: readonly string[]): Promise<Map<string, LossTable>> {
  const losses = new Map<string, LossTable>();
  for (const model of models) {
    const file = runPaths.losses(run, model);
    if (!(await fileExists(file))) continue;
    const {values, ...table} = await readJson(file, LossRecord, 'the held-out losses', tableLimits);
    losses.set(model, {...table, values: Float64Array.from(values)});
  }
  return losses;
}
