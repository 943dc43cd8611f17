import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {UNet2DConfig} from '../../trainer/contract/model/unet2dConfig.ts';
import {encodePng} from '../../trainer/data/pictures/png.ts';
import {linkOwnCache, writeSmallClip} from '../helpers/models/featureCache.ts';
import {writeRandomBase} from '../helpers/runs/tinyExperiment.ts';

const side = 64;

const unetConfig = UNet2DConfig.parse({
  sample_size: side,
  in_channels: 3,
  out_channels: 3,
  block_out_channels: [4, 8],
  down_block_types: ['DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 2,
  add_attention: false,
});

/** Writes what evaluations of a random network for 64x64 pixels need into `folder`: the network, a few images, and a cache with a small CLIP. */
export async function writeDrawingExperiment(folder: string): Promise<void> {
  await writeRandomBase(join(folder, 'base'), unetConfig);
  await mkdir(join(folder, 'images'));
  for (let i = 0; i < 5; i++) {
    const pixels = new Uint8Array(side * side * 3).fill(50 * i);
    await writeFile(join(folder, 'images', `${i}.png`), encodePng(pixels, side, side, 3));
  }
  await linkOwnCache(join(folder, 'cache'));
  await writeSmallClip(join(folder, 'cache', 'features', 'clip-vit-b-32'));
}

/** Writes the config of an evaluation that draws so many images, and returns its path. */
export async function writeDrawingConfig(
  folder: string,
  name: string,
  images: number,
  shards: number,
): Promise<string> {
  const config = {
    name,
    base: 'base',
    data: {kind: 'images', path: 'images', resolution: side, validation: 0, test: 4},
    evaluate: {
      heldOut: {images: 2, timesteps: 1},
      sampling: {sampler: 'ddim', steps: 1, batch: 50},
      grid: 16,
      features: 'clip',
      samples: images,
      ...(shards > 1 && {shards}),
    },
    engine: {name: 'tensorflow', threads: 1, processes: 1},
    output: 'runs',
  };
  const file = join(folder, `${name}.deme.yaml`);
  await writeFile(file, JSON.stringify(config, null, 2));
  return file;
}
