import {cp, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {encodePng} from '../../../trainer/data/pictures/png.ts';
import {createRandom} from '../../../trainer/random.ts';
import {writeClipTokenizer} from '../models/clipVocabulary.ts';
import {goldenSdFolder} from '../golden/goldenSd.ts';

const side = 32;

/** The small random Stable Diffusion 1 pipeline of the fixtures as a whole folder. */
export async function writeTinyPipeline(path: string): Promise<void> {
  for (const part of ['unet', 'vae', 'text_encoder', 'scheduler', 'model_index.json'])
    await cp(goldenSdFolder(`sd1/${part}`), join(path, part), {recursive: true});
  await writeClipTokenizer(join(path, 'tokenizer'), 'vocab.json');
}

/** A folder with that pipeline, 24 images with two captions each and `text.deme.yaml`, whose path is returned. `changes` replaces whole sections. */
export async function writeTinyTextExperiment(folder: string, changes: Record<string, unknown> = {}): Promise<string> {
  await writeTinyPipeline(join(folder, 'base'));
  await writeCaptionedImages(join(folder, 'images'), 24);
  const config = {
    name: 'text',
    base: 'base',
    data: tinyTextData,
    decouple: {ranges: 2, updates: 4, batch: 2, captionDropout: 0.3, ...quickly},
    merge: {search: {budget: 3, images: 3, timesteps: 1}},
    evaluate: {heldOut: {images: 3, timesteps: 1}, sampling: {steps: 2, batch: 2}, grid: 2},
    engine: {name: 'wasm'},
    ...changes,
  };
  const file = join(folder, 'text.deme.yaml');
  await writeFile(file, JSON.stringify(config, null, 2));
  return file;
}

/** The data section of the experiment. */
export const tinyTextData = {
  kind: 'images',
  path: 'images',
  resolution: side,
  flip: true,
  validation: 4,
  test: 4,
  cache: {folder: 'cache'},
};

const quickly = {logEvery: 1, bucketEvery: 4, checkpointEvery: 2};

async function writeCaptionedImages(folder: string, count: number): Promise<void> {
  await mkdir(folder, {recursive: true});
  for (let i = 0; i < count; i++) {
    const random = createRandom(i, 'captioned image');
    const colour = [random.int(0, 256), random.int(0, 256), random.int(0, 256)];
    const pixels = Uint8Array.from({length: side * side * 3}, (_, p) => (colour[p % 3] ?? 0) ^ (p % 17));
    await writeFile(join(folder, `${i}.png`), encodePng(pixels, side, side, 3));
    await writeFile(join(folder, `${i}.txt`), `a picture of ${i}\nnumber ${i % 5}\n`);
  }
}
