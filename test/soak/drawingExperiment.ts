import {mkdir, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {ModelRecord} from '../../trainer/contract/run/records.ts';
import {SchedulerConfig} from '../../trainer/contract/model/schedulerConfig.ts';
import {UNet2DConfig} from '../../trainer/contract/model/unet2dConfig.ts';
import {encodePng} from '../../trainer/data/pictures/png.ts';
import {initialiseParams} from '../../trainer/models/initialise.ts';
import {savePretrained} from '../../trainer/models/pretrained.ts';
import {cacheFolder} from '../../trainer/store/files/cacheFolder.ts';
import {writeFilled} from '../helpers/fillRule.ts';

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
  const schedulerConfig = SchedulerConfig.parse({});
  const record = ModelRecord.parse({role: 'base'});
  const params = initialiseParams(unetConfig, 1);
  await savePretrained(join(folder, 'base'), {unetConfig, schedulerConfig, params, record, dtype: 'F32'});
  await mkdir(join(folder, 'images'));
  for (let i = 0; i < 5; i++) {
    const pixels = new Uint8Array(side * side * 3).fill(50 * i);
    await writeFile(join(folder, 'images', `${i}.png`), encodePng(pixels, side, side, 3));
  }
  await writeCache(join(folder, 'cache'));
}

/** The user's own cache, with the engines in it, and other weights of feature networks. */
async function writeCache(cache: string): Promise<void> {
  const clip = join(cache, 'features', 'clip-vit-b-32');
  await mkdir(clip, {recursive: true});
  const own = cacheFolder().path;
  for (const name of await readdir(own)) if (name !== 'features') await symlink(join(own, name), join(cache, name));
  const golden = resolve('test', 'fixtures', 'golden-sd', 'metrics', 'metrics.json');
  const {clip_gelu} = JSON.parse(await readFile(golden, 'utf8')) as {clip_gelu: {shapes: Record<string, number[]>}};
  await writeFilled(join(clip, 'open_clip_model.safetensors'), new Map(Object.entries(clip_gelu.shapes)), 3);
  const config = {model_cfg: {vision_cfg: {head_width: 16}, text_cfg: {heads: 2}}};
  await writeFile(join(clip, 'open_clip_config.json'), JSON.stringify(config));
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
