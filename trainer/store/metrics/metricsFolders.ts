import {fileExists} from '../files/fileExists.ts';
import {runPaths} from '../run/runPaths.ts';
import {singleLogs} from '../run/singleEvents.ts';
import {metricStages} from './metricsCheck.ts';

/**
 * Where the metrics of each stage lie, by its name: with those of the run, or, while a log of its own waits to be brought to that of the run,
 * in the folder of the process that wrote it last, which holds all that the stage has logged.
 */
export async function metricsFolders(run: string): Promise<ReadonlyMap<string, string>> {
  const whole = runPaths.metrics(run);
  const folders = new Map((await metricStages(whole)).map((stage) => [stage, whole]));
  for (const [stage, folder] of await singleFolders(run)) folders.set(stage, folder);
  return folders;
}

/** Those of processes without an owner of the run, by the names of their stages. */
export async function singleFolders(run: string): Promise<ReadonlyMap<string, string>> {
  const folders = new Map<string, string>();
  for (const {stage, metrics} of await singleLogs(run)) {
    if (await fileExists(metrics)) folders.set(stage, metrics);
  }
  return folders;
}
