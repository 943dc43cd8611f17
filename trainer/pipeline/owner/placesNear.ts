import {stat} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import {expertModels, ResolvedConfig} from '../../contract/run/pipeline.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {readJson} from '../../store/files/jsonFile.ts';
import {expertSources, runPaths} from '../../store/run/runPaths.ts';

/**
 * Where the inputs of a merged model may lie: beside it and, for one in a run folder, among the snapshots of the run and where it took its base and experts from.
 * `path` is the model folder, its merge.json, or a weights file.
 */
export async function placesNear(path: string): Promise<string[]> {
  const model =
    (await stat(path)).isDirectory() || path.endsWith('.safetensors') ? resolve(path) : dirname(resolve(path));
  const beside = dirname(model);
  const run = dirname(beside);
  const config = runPaths.config(run);
  if (!(await fileExists(config))) return [beside];
  const resolved = await readJson(config, ResolvedConfig, 'the config of the run');
  const given = resolved.config.experts ? expertSources(run, resolved).map((expert) => expert.path) : [];
  const snapshots: string[] = [];
  for (const {index} of expertModels(resolved.config)) {
    const folder = runPaths.snapshots(run, index);
    if (await fileExists(folder)) snapshots.push(folder);
  }
  return [beside, ...snapshots, ...(resolved.baseFolder === null ? [] : [resolved.baseFolder]), ...given];
}
