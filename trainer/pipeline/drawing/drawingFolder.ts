import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {runPaths} from '../../store/run/runPaths.ts';
import type {StageContext} from '../stages/stageContext.ts';

/**
 * Makes the folder for what an evaluation has done so far. A later process finds it there if it works on the same result; what is left of other
 * settings, weights or programs lies in folders of its own.
 */
export async function openDrawingFolder({run, key, watch}: StageContext, model: string): Promise<string> {
  const folder = join(runPaths.drawing(run, model), key ?? 'once');
  if (key === undefined) await rm(folder, {recursive: true, force: true});
  await watch.makeFolder(folder);
  return folder;
}
