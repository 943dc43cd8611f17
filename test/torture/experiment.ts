import {mkdir} from 'node:fs/promises';
import {writeTinyExperiment} from '../helpers/runs/tinyExperiment.ts';

/** Updates of each expert: enough for some kills, and a checkpoint at every few of them. */
export const tortureUpdates = 60;

/** Two experts and their merge, with a checkpoint every three updates, in the new folder. A backend must be current. */
export async function writeTortureExperiment(folder: string, engine = 'wasm'): Promise<void> {
  await mkdir(folder, {recursive: true});
  await writeTinyExperiment(folder, {
    decouple: {ranges: 2, updates: tortureUpdates, batch: 4, logEvery: 1, bucketEvery: 20, checkpointEvery: 3},
    evaluate: undefined,
    merge: {weights: [0.5, 0.75]},
    engine: {name: engine, ...(engine === 'tensorflow' && {threads: 1, processes: 2})},
  });
}
