import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import type {OpenOrder} from '../../trainer/contract/panel/preview.ts';
import {parseModel} from '../../trainer/contract/run/runModel.ts';
import {namesIn} from '../../trainer/store/files/namesIn.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import type {Run} from '../runs/run.ts';
import {mergeInputs} from './mergeInputs.ts';

/** What a preview of a run needs first: its models, its engine, and the merge that was saved last. */
export async function previewOrder(run: Run): Promise<OpenOrder> {
  const {engine} = run.config.config;
  return {kind: 'open', ...(await mergeInputs(run)), saved: await lastMerge(run), engine};
}

/** The newest merged model of a run; null where there is none. */
async function lastMerge({path}: Run): Promise<string | null> {
  const models = runPaths.models(path);
  const merges = (await namesIn(models))
    .filter((name) => parseModel(name)?.kind === 'merged')
    .map((name) => join(models, name));
  const times = await Promise.all(merges.map(async (folder) => (await stat(folder)).mtimeMs));
  return merges[times.indexOf(Math.max(...times))] ?? null;
}
