import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {encodePng} from '../../trainer/data/pictures/png.ts';
import {linkOwnCache, writeSmallClip} from '../helpers/models/featureCache.ts';
import {tinyUnetConfig, writeRandomBase} from '../helpers/runs/tinyExperiment.ts';

const side = 64;

const unetConfig = {...tinyUnetConfig, sample_size: side, in_channels: 3, out_channels: 3};

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
