import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {ModelRecord} from '../../../trainer/contract/run/records.ts';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {UNet2DConfig} from '../../../trainer/contract/model/unet2dConfig.ts';
import {encodePng} from '../../../trainer/data/pictures/png.ts';
import {initialiseParams} from '../../../trainer/models/initialise.ts';
import {savePretrained} from '../../../trainer/models/pretrained.ts';
import {disposeParams} from '../../../trainer/nn/params.ts';
import {createRandom} from '../../../trainer/random.ts';

const side = 8;

/** A network that predicts in milliseconds. */
export const tinyUnetConfig = UNet2DConfig.parse({
  sample_size: side,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4, 8],
  down_block_types: ['DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 2,
  add_attention: false,
});

/** A random base model that trains in milliseconds, in the new folder `path`. A backend must be current. */
export async function writeTinyBase(path: string, seed = 1): Promise<void> {
  await writeRandomBase(path, tinyUnetConfig, seed);
}

/** A random base model of these sizes in the new folder `path`. A backend must be current. */
export async function writeRandomBase(path: string, unetConfig: UNet2DConfig, seed = 1): Promise<void> {
  const params = initialiseParams(unetConfig, seed);
  const schedulerConfig = SchedulerConfig.parse({});
  await savePretrained(path, {
    unetConfig,
    schedulerConfig,
    params,
    record: ModelRecord.parse({role: 'base'}),
    dtype: 'F32',
  });
  disposeParams(params);
}

/** A folder with a base, 40 grey images and `tiny.deme.yaml`, whose path is returned. `changes` replaces whole sections. */
export async function writeTinyExperiment(folder: string, changes: Record<string, unknown> = {}): Promise<string> {
  await writeTinyBase(join(folder, 'base'));
  await writeImages(join(folder, 'images'), 40);
  const config = {
    name: 'tiny',
    base: 'base',
    data: {kind: 'images', path: 'images', resolution: side, channels: 1, validation: 8, test: 8},
    decouple: {ranges: 2, updates: 3, batch: 4, logEvery: 1, bucketEvery: 3, checkpointEvery: 2},
    merge: {search: {budget: 7, images: 4, timesteps: 1}},
    evaluate: {heldOut: {images: 4, timesteps: 1}, sampling: {steps: 2, batch: 4}, grid: 4},
    engine: {name: 'wasm'},
    ...changes,
  };
  const file = join(folder, 'tiny.deme.yaml');
  await writeFile(file, JSON.stringify(config, null, 2));
  return file;
}

/** Grey images of blurred noise, so that there is something to learn. */
async function writeImages(folder: string, count: number): Promise<void> {
  await mkdir(folder, {recursive: true});
  for (let i = 0; i < count; i++) {
    const random = createRandom(i, 'tiny image');
    const level = 64 + 128 * random.float();
    const pixels = Uint8Array.from({length: side * side}, (_, p) => level + 8 * (p % side) * random.float());
    await writeFile(join(folder, `${i}.png`), encodePng(pixels, side, side, 1));
  }
}
