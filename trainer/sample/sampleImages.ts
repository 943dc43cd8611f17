import type {SamplingConfig} from '../contract/config/evaluateConfig.ts';
import type {ImageSpace} from '../models/imageSpace.ts';
import type {NoiseSchedule} from '../schedulers/schedule.ts';
import {initialNoise, stepNoise} from './initialNoise.ts';
import type {Predict} from './predict.ts';
import {sample} from './sample.ts';

export interface SampleImagesRequest extends Pick<SamplingConfig, 'sampler' | 'steps' | 'eta' | 'seed' | 'batch'> {
  predict: Predict;
  schedule: NoiseSchedule;
  space: ImageSpace;
  /** Images in all. */
  count: number;
  /** Called after each step; what it throws ends the sampling. */
  onProgress?(done: number, total: number): void;
  /** Asked before each batch. */
  shouldStop?(): Promise<boolean>;
}

/** Draws `count` images in batches, [N,H,W,C] in about [-1, 1] on the host; null when it was asked to stop. */
export async function sampleImages(request: SampleImagesRequest): Promise<Float32Array | null> {
  const {count, space, batch, seed, steps} = request;
  const pixels = space.imageShape.reduce((product, size) => product * size, 1);
  const images = new Float32Array(count * pixels);
  for (let first = 0; first < count; first += batch) {
    if (await request.shouldStop?.()) return null;
    // Every batch has the same shape, as engines prepare their kernels for a shape; surplus images are dropped.
    const series = {seed, first, count: batch, shape: space.shape};
    const noise = initialNoise(series);
    const onStep = (done: number) => request.onProgress?.(Math.min(count, first + (batch * done) / steps), count);
    try {
      const drawn = await sample({...request, noise, stepNoise: (step) => stepNoise(series, step), onStep});
      const decoded = space.decode(drawn);
      drawn.dispose();
      const values = await decoded.data().finally(() => decoded.dispose());
      images.set(values.subarray(0, Math.min(batch, count - first) * pixels), first * pixels);
    } finally {
      noise.dispose();
    }
  }
  return images;
}
