import {execFileSync} from 'node:child_process';
import {cp, mkdir, readdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {BenchmarkName} from '../../../trainer/contract/benchmark/benchmarkPlan.ts';
import {UNet2DConfig} from '../../../trainer/contract/model/unet2dConfig.ts';
import {encodePng} from '../../../trainer/data/pictures/png.ts';
import {featureFolder, featureWeights} from '../../../trainer/evaluate/featureWeights.ts';
import {createRandom} from '../../../trainer/random.ts';
import {packageRoot} from '../../../trainer/packageRoot.ts';
import {writeSmallClip} from '../models/featureCache.ts';
import {writeRandomBase} from './tinyExperiment.ts';
import {writeTinyPipeline} from './tinyTextExperiment.ts';

const lsun = join(packageRoot(), 'test', 'fixtures', 'parquet', 'lsun');

/** Puts small stand-ins in the real formats where a benchmark looks for its data and lists. */
export async function writeBenchmarkData(name: BenchmarkName, folder: string): Promise<void> {
  const data = join(folder, 'data');
  await mkdir(data, {recursive: true});
  if (name === 'cifar10') await writeCifarBatches(join(data, 'cifar-10-batches-bin'));
  if (name === 'lsun-church') await writePictures(join(data, name), (i) => `${i % 4}/${i % 7}/${i}.png`);
  if (name === 'lsun-bedroom') await cp(lsun, join(data, name), {recursive: true});
  if (!name.startsWith('sd-')) return;
  const examples = join(folder, 'examples');
  await writePictures(examples, (i) => `${String(i).padStart(9, '0')}.png`, 'a picture');
  await writeTar(examples, join(data, 'laion-aesthetics-6.5', '00000.tar'));
  // As val2014 lies in the archive of COCO.
  const pictures = join(folder, 'pictures');
  await writePictures(pictures, (i) => `val2014/COCO_val2014_${String(7 * i).padStart(12, '0')}.png`);
  await writeTar(pictures, join(folder, 'val2014.tar'));
  await writeFile(join(data, 'coco-val2014-30k.csv'), 'file_name,text\n1.jpg,"A dog, and a cat."\n2.jpg,A bus.\n');
  await writeFile(join(data, 'imagenet-classes.txt'), 'tench\ngoldfish\ngreat white shark\n');
  const head = 'Prompt\tCategory\tChallenge\tNote\n';
  await writeFile(join(data, 'PartiPrompts.tsv'), `${head}bond\tAbstract\tBasic\t\na "red" cube\tAbstract\tBasic\t\n`);
}

/** Writes a small random model of the class that a benchmark finetunes, with images of 32 x 32, or 128 x 128 by Stable Diffusion. A backend must be current. */
export async function writeBenchmarkBase(name: BenchmarkName, path: string): Promise<void> {
  if (name.startsWith('sd-')) await writeTinyPipeline(path);
  else await writeRandomBase(path, UNet2DConfig.parse(name === 'digits' ? {...small, ...grey} : small));
}

// As google/ddpm-cifar10-32, with fewer and narrower blocks.
const small = {
  sample_size: 32,
  in_channels: 3,
  out_channels: 3,
  block_out_channels: [8, 8],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 4,
  attention_head_dim: null,
  downsample_padding: 0,
  flip_sin_to_cos: false,
  freq_shift: 1,
};
const grey = {
  sample_size: 28,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4, 4],
  down_block_types: ['DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D'],
  add_attention: false,
};

/** Puts a small CLIP and an empty file in the place of Inception into the cache, for plans, which do not read it. */
export async function writeFeaturePlaceholders(): Promise<void> {
  await writeSmallClip(featureFolder('clip-vit-g-14'), {tokenizer: true});
  await mkdir(featureFolder('inception'), {recursive: true});
  await writeFile(join(featureFolder('inception'), featureWeights.get('inception')?.file ?? ''), '');
}

async function writeCifarBatches(folder: string): Promise<void> {
  await mkdir(folder);
  for (const [batch, name] of [1, 2, 3, 4, 5]
    .map((n) => `data_batch_${n}`)
    .concat('test_batch')
    .entries()) {
    const records = Array.from({length: 20}, (_, i) => {
      const pixels = standIn(20 * batch + i, 32, 32);
      // The planes of red, green and blue, one after the other.
      return [i % 10, ...Array.from({length: 3 * 1024}, (_, p) => pixels[3 * (p % 1024) + Math.floor(p / 1024)] ?? 0)];
    });
    await writeFile(join(folder, `${name}.bin`), Uint8Array.from(records.flat()));
  }
}

async function writePictures(folder: string, nameOf: (i: number) => string, caption?: string): Promise<void> {
  for (let i = 0; i < 40; i++) {
    const path = join(folder, nameOf(i));
    await mkdir(dirname(path), {recursive: true});
    await writeFile(path, encodePng(standIn(i, 40, 32), 40, 32, 3));
    if (caption !== undefined) await writeFile(path.replace('.png', '.txt'), `${caption} ${i}`);
  }
}

/** RGB pixels that go from one colour to another, with some noise. */
function standIn(seed: number, width: number, height: number): Uint8Array {
  const random = createRandom(seed, 'stand-in');
  const [from, to] = [0, 1].map(() => [random.int(0, 256), random.int(0, 256), random.int(0, 256)]) as [
    number[],
    number[],
  ];
  return Uint8Array.from({length: width * height * 3}, (_, p) => {
    const share = Math.floor(p / 3 / width) / height;
    const value = (from[p % 3] ?? 0) * (1 - share) + (to[p % 3] ?? 0) * share + random.int(-20, 21);
    return Math.min(255, Math.max(0, value));
  });
}

async function writeTar(folder: string, tar: string): Promise<void> {
  await mkdir(dirname(tar), {recursive: true});
  execFileSync('tar', ['-cf', tar, '-C', folder, ...(await readdir(folder)).sort()]);
}
