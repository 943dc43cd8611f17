import {mkdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import type {SamplingConfig} from '../../contract/config/evaluateConfig.ts';
import {encodePng, imageGrid} from '../../data/pictures/png.ts';
import {startEngine} from '../../engine/startEngine.ts';
import {loadPretrained} from '../../models/pretrained.ts';
import {Predictor} from '../../models/predictor.ts';
import {imageShape} from '../../sample/imageShape.ts';
import {modelPredict} from '../../sample/predict.ts';
import {sampleImages} from '../../sample/sampleImages.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import type {SampleOptions} from './sampleVerb.ts';

/** What was drawn, and how to draw it again. */
export interface SampleResult {
  readonly out: string;
  readonly images: string | null;
  readonly engine: EngineInfo;
  readonly recipe: SamplingConfig & {readonly model: string; readonly count: number};
}

type Shape = readonly [number, number, number];

/** Draws images from a diffusers folder in this process and writes them as PNG. */
export async function sampleModel(
  options: SampleOptions,
  onProgress: (done: number, total: number) => void,
): Promise<SampleResult> {
  const engine = await startEngine({name: options.engine ?? 'auto'});
  const {denoiser, params, schedule, folder, weightsHash} = await loadPretrained(options.model);
  const shape = imageShape(denoiser, folder.path);
  const {count, sampler, steps, eta, seed, batch} = options;
  const settings = {count, sampler, steps, eta, seed, batch};
  const predict = modelPredict(new Predictor(denoiser, params));
  const images = await sampleImages({...settings, predict, schedule, shape, onProgress});
  if (images === null) throw new Error('the sampling stopped although nobody asked');
  await writePng(options.out, images, shape, count);
  if (options.images !== undefined) await writeSingles(options.images, images, shape, count);
  return {out: options.out, images: options.images ?? null, engine, recipe: {model: weightsHash, ...settings}};
}

async function writeSingles(folder: string, images: Float32Array, shape: Shape, count: number): Promise<void> {
  const size = images.length / count;
  const digits = String(count - 1).length;
  for (let i = 0; i < count; i++) {
    const file = join(folder, `${String(i).padStart(digits, '0')}.png`);
    await writePng(file, images.subarray(i * size, (i + 1) * size), shape, 1);
  }
}

async function writePng(file: string, images: Float32Array, shape: Shape, count: number): Promise<void> {
  const {pixels, width, height, channels} = imageGrid(images, [count, ...shape], Math.ceil(Math.sqrt(count)));
  await mkdir(dirname(file), {recursive: true});
  await writeFileAtomic(file, encodePng(pixels, width, height, channels));
}
