import type {SamplingConfig} from '../contract/config/evaluateConfig.ts';
import type {ImageSpace} from '../models/imageSpace.ts';
import type {NoiseSchedule} from '../schedulers/schedule.ts';
import {initialNoise, stepNoise} from './initialNoise.ts';
import type {Predict} from './predict.ts';
import {sample, type SamplingSettings} from './sample.ts';

/** Prepares the prediction of a batch; `dispose` frees what was prepared. */
export interface BatchPredict {
  prepare(first: number, count: number): Promise<{readonly predict: Predict; dispose(): void}>;
}

export interface SampleImagesRequest extends SamplingSettings, Pick<SamplingConfig, 'seed' | 'batch'> {
  /** For all images, or what predicts `count` images from number `first` on, which have texts of their own. */
  predict: Predict | BatchPredict;
  schedule: NoiseSchedule;
  space: ImageSpace;
  /** Images in all. */
  count: number;
  /** Called after each step; what it throws ends the sampling. */
  onProgress?(done: number, total: number): void;
  /** Called before each batch; what it throws ends the sampling. */
  beforeBatch?(): Promise<void>;
}

/** Draws `count` images, [N,H,W,C] in about [-1, 1] on the host. */
export async function sampleImages(request: SampleImagesRequest): Promise<Float32Array> {
  const images = new Float32Array(request.count * pixelsOf(request.space));
  let filled = 0;
  for await (const batch of sampleBatches(request)) {
    images.set(batch, filled);
    filled += batch.length;
  }
  return images;
}

/** Draws the same images a batch at a time, [n,H,W,C] each: for those who need not hold them all. */
export async function* sampleBatches(request: SampleImagesRequest): AsyncGenerator<Float32Array> {
  const {count, space, batch, seed} = request;
  for (let first = 0; first < count; first += batch) {
    await request.beforeBatch?.();
    // Every batch has the same shape, as engines prepare their kernels for a shape; surplus images are dropped.
    const series = {seed, first, count: batch, shape: space.shape};
    const noise = initialNoise(series);
    const {predict, dispose} = await prepared(request.predict, first, batch);
    const onStep = (done: number, total: number) =>
      request.onProgress?.(Math.min(count, first + (batch * done) / total), count);
    try {
      const drawn = await sample({...request, predict, noise, stepNoise: (step) => stepNoise(series, step), onStep});
      const decoded = space.decode(drawn);
      drawn.dispose();
      const values = (await decoded.data().finally(() => decoded.dispose())) as Float32Array;
      yield values.subarray(0, Math.min(batch, count - first) * pixelsOf(space));
    } finally {
      noise.dispose();
      dispose();
    }
  }
}

async function prepared(predict: Predict | BatchPredict, first: number, count: number) {
  return typeof predict === 'function' ? {predict, dispose: () => undefined} : predict.prepare(first, count);
}

function pixelsOf({imageShape}: ImageSpace): number {
  return imageShape.reduce((product, size) => product * size, 1);
}
