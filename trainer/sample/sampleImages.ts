import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import type {SamplingConfig} from '../contract/config/evaluateConfig.ts';
import type {ImageSpace} from '../models/imageSpace.ts';
import type {NoiseSchedule} from '../schedulers/schedule.ts';
import {toNchw, type NchwImages} from './nchw.ts';
import {seededNoise, type NoiseSource, type SeriesPart} from './noiseSource.ts';
import type {Predict} from './predict.ts';
import {promptedPredict, type Prompts} from './prompts.ts';
import {sample, type SamplingSettings} from './sample.ts';

export interface SampleImagesRequest extends SamplingSettings, Pick<SamplingConfig, 'seed' | 'batch'> {
  predict: Predict;
  schedule: NoiseSchedule;
  space: ImageSpace;
  /** Images in all. */
  count: number;
  /** Which of them, from the number of the first to that after the last; left out: all. They are those that a drawing of all has. */
  span?: ImageSpan;
  /** Left out for a model without texts. */
  text?: Prompts;
  /**
   * Images of each prompt, one after another; those of a prompt are numbered from 0, so that prompts share their noise. Left out: prompts
   * take turns, and each image has a number of its own.
   */
  perPrompt?: number;
  /** Left out: noise by `seed` and the number of each image. */
  noise?: NoiseSource;
  /** What to do with what the network drew: the last images of a batch, or those after every call of the network. */
  latents?: LatentsTaker;
  /** Called after each step; what it throws ends the sampling. */
  onProgress?(done: number, total: number): void;
  /** Called before each batch; what it throws ends the sampling. */
  beforeBatch?(): Promise<void>;
}

/** Numbers of images in a series: of the first, and after the last. */
export type ImageSpan = readonly [first: number, end: number];

export interface LatentsTaker {
  readonly everyStep: boolean;
  /** Gets those of a batch, in the space of the network, one for each step. */
  take(steps: readonly NchwImages[]): void;
}

/** Draws the images, [N,H,W,C] in about [-1, 1] on the host. */
export async function sampleImages(request: SampleImagesRequest): Promise<Float32Array> {
  const {count, span: [first, end] = [0, count]} = request;
  const images = new Float32Array((end - first) * pixelsOf(request.space));
  let filled = 0;
  for await (const batch of sampleBatches(request)) {
    images.set(batch, filled);
    filled += batch.length;
  }
  return images;
}

/**
 * Draws the same images a batch at a time, [n,H,W,C] each: for those who need not hold them all. A batch begins at a multiple of its size, also
 * where the span does not: an image's place in its batch may change its last bits.
 */
export async function* sampleBatches(request: SampleImagesRequest): AsyncGenerator<Float32Array> {
  const {count, space, batch, text, perPrompt, span: [start, end] = [0, count]} = request;
  const noise = request.noise ?? seededNoise(request.seed, space.shape);
  const pixels = pixelsOf(space);
  for (let first = start - (start % batch); first < end; first += batch) {
    await request.beforeBatch?.();
    const size = Math.min(batch, count - first);
    const places = Array.from({length: batch}, (_, i) => first + Math.min(i, size - 1));
    const chosen = places.map((place) => (text === undefined ? 0 : promptOf(text, perPrompt, place)));
    const conditioned = text && (await promptedPredict(request.predict, text, chosen));
    const numbers = places.slice(0, size).map((place) => (perPrompt === undefined ? place : place % perPrompt));
    try {
      const drawn = await drawBatch({...request, ...conditioned}, noise, {first, numbers});
      const values = await decodeBatch(drawn, space);
      yield values.subarray(Math.max(0, start - first) * pixels, Math.min(size, end - first) * pixels);
    } finally {
      conditioned?.dispose();
    }
  }
}

/** Every batch has the same shape, as engines prepare their kernels for a shape; surplus images are dropped. */
async function drawBatch(request: SampleImagesRequest, source: NoiseSource, part: SeriesPart): Promise<Tensor4D> {
  const {batch, count, latents} = request;
  const {first, numbers} = part;
  const seen: Tensor4D[] = [];
  const onStep = (done: number, total: number, images: Tensor4D) => {
    if (latents?.everyStep === true) seen.push(firstOf(images, numbers.length));
    request.onProgress?.(Math.min(count, first + (batch * done) / total), count);
  };
  const noise = filledUp(source.initial(part), batch);
  const stepNoise = (step: number) => filledUp(source.step(part, step), batch);
  try {
    const drawn = await sample({...request, ofLatents: request.space.hash !== null, noise, stepNoise, onStep});
    if (latents?.everyStep === false) seen.push(firstOf(drawn, numbers.length));
    latents?.take(await Promise.all(seen.map(onHost)));
    return drawn;
  } finally {
    tf.dispose([noise, ...seen]);
  }
}

async function onHost(images: Tensor4D): Promise<NchwImages> {
  const ordered = toNchw(images);
  const values = await ordered.data<'float32'>().finally(() => ordered.dispose());
  return {values: values.slice(), shape: ordered.shape};
}

async function decodeBatch(drawn: Tensor4D, space: ImageSpace): Promise<Float32Array> {
  const decoded = space.decode(drawn);
  drawn.dispose();
  return (await decoded.data().finally(() => decoded.dispose())) as Float32Array;
}

function promptOf({count}: Prompts, perPrompt: number | undefined, place: number): number {
  return perPrompt === undefined ? place % count : Math.floor(place / perPrompt);
}

function firstOf(images: Tensor4D, count: number): Tensor4D {
  return tf.slice4d(images, [0, 0, 0, 0], [count, -1, -1, -1]);
}

/** With images of zeros at the end. */
function filledUp(images: Tensor4D, count: number): Tensor4D {
  const missing = count - images.shape[0];
  if (missing === 0) return images;
  const filled: Tensor4D = tf.pad4d(images, [
    [0, missing],
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
  images.dispose();
  return filled;
}

function pixelsOf({imageShape}: ImageSpace): number {
  return imageShape.reduce((product, size) => product * size, 1);
}
