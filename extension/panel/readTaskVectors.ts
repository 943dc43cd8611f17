import {stat} from 'node:fs/promises';
import type {TaskVectorsReply} from '../../trainer/contract/panel/panelTaskVectors.ts';
import {TaskAnalysis} from '../../trainer/contract/run/taskAnalysis.ts';
import {fileExists} from '../../trainer/store/files/fileExists.ts';
import {readJson} from '../../trainer/store/files/jsonFile.ts';
import {tableLimits} from '../../trainer/store/files/jsonLimits.ts';
import {expertSources, runPaths} from '../../trainer/store/run/runPaths.ts';
import {readModelFolder} from '../../trainer/store/weights/modelFolder.ts';
import type {Run} from '../runs/run.ts';

/** The analysis in a run folder. Throws a UserError where it cannot be read. */
export async function readTaskVectors(run: Run): Promise<TaskVectorsReply> {
  const file = runPaths.taskVectors(run.path);
  if (!(await fileExists(file))) return {kind: 'taskVectors', analysis: null, isStale: false};
  const analysis = await readJson(file, TaskAnalysis, 'the analysis of the experts', tableLimits);
  const made = (await stat(file)).mtimeMs;
  const experts = expertSources(run.path, run.config).map(({path}) => path);
  const inputs = [...(run.config.baseFolder === null ? [] : [run.config.baseFolder]), ...experts];
  const changes = await Promise.all(inputs.map(lastChange));
  return {kind: 'taskVectors', analysis, isStale: changes.some((change) => change > made)};
}

/** When the weights of a model were written; never where they cannot be found any more. */
async function lastChange(model: string): Promise<number> {
  try {
    const isFolder = (await stat(model)).isDirectory();
    const files = isFolder ? (await readModelFolder(model)).weightsFiles : [model];
    return Math.max(...(await Promise.all(files.map(async (file) => (await stat(file)).mtimeMs))));
  } catch {
    return -Infinity; // What was measured stays true.
  }
}
