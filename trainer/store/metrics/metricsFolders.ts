import {fileExists} from '../files/fileExists.ts';
import {runPaths} from '../run/runPaths.ts';
import {singleLogs} from '../run/singleEvents.ts';
import {metricStages} from './metricsCheck.ts';

/** The names of all stages of a run that have metrics, sorted. */
export async function stagesWithMetrics(run: string): Promise<string[]> {
  const [whole, single] = [await metricStages(runPaths.metrics(run)), await singleFolders(run)];
  return [...new Set([...whole, ...single.keys()])].sort();
}

/**
 * Where the metrics of a stage lie: with those of the run, or, while a log of its own waits to be brought to that of the run, in the folder of
 * the process that wrote it last, which holds all that the stage has logged.
 */
export async function metricsFolder(run: string, stage: string): Promise<string> {
  return (await singleFolders(run)).get(stage) ?? runPaths.metrics(run);
}

/** The folders of processes without an owner of the run, by the names of their stages. */
export async function singleFolders(run: string): Promise<ReadonlyMap<string, string>> {
  const folders = new Map<string, string>();
  for (const {stage, metrics} of await singleLogs(run)) {
    if (await fileExists(metrics)) folders.set(stage, metrics);
  }
  return folders;
}
