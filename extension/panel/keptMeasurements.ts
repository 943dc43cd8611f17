import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {UserError} from '../../trainer/contract/errors.ts';
import type {MeasurementKind} from '../../trainer/contract/measurements/measurementKind.ts';
import type {MeasureReply} from '../../trainer/contract/panel/measureMessages.ts';
import {readJson} from '../../trainer/store/files/jsonFile.ts';
import {tableLimits} from '../../trainer/store/files/jsonLimits.ts';
import {namesIn} from '../../trainer/store/files/namesIn.ts';
import {expertSources} from '../../trainer/store/run/runPaths.ts';
import {readModelFolder} from '../../trainer/store/weights/modelFolder.ts';
import type {Run} from '../runs/run.ts';

/** The results of a measurement in a run folder, whole ones and those that are being measured. */
export async function keptMeasurements(
  run: Run,
  {title, result, files}: Pick<MeasurementKind, 'title' | 'result' | 'files'>,
): Promise<MeasureReply> {
  const folder = join(run.path, files.folder);
  const names = (await namesIn(folder)).filter((name) => files.name.test(name)).sort();
  const modelsChanged = names.length > 0 ? await lastChangeOfModels(run) : -Infinity;
  const reply: MeasureReply = {kind: 'measured', results: [], problems: []};
  for (const file of names.map((name) => join(folder, name))) {
    try {
      const content = await readJson(file, result, `the ${title.toLowerCase()}`, tableLimits);
      reply.results.push({result: content, isStale: modelsChanged > (await stat(file)).mtimeMs});
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      reply.problems.push(error.line);
    }
  }
  return reply;
}

/** When the weights of the base or an expert were last written. */
async function lastChangeOfModels(run: Run): Promise<number> {
  const experts = expertSources(run.path, run.config).map(({path}) => path);
  const models = [...(run.config.baseFolder === null ? [] : [run.config.baseFolder]), ...experts];
  return Math.max(-Infinity, ...(await Promise.all(models.map(lastChange))));
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
