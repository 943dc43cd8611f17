import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {normalImages, type ImageShape} from '../models/imageSpace.ts';
import {createRandom} from '../random.ts';
import {fromNchw, type NchwImages} from './nchw.ts';
import {createTorchRandom} from './torchRandom.ts';

/** Images of a series that are drawn together. */
export interface SeriesPart {
  /** Place of the first in the series. */
  readonly first: number;
  /** The number of each, by which its noise is drawn; several may have the same. */
  readonly numbers: readonly number[];
}

/** Where the noise of sampled images comes from: standard normal numbers [N,H,W,C], the caller's. */
export interface NoiseSource {
  /** What the images start from. */
  initial(images: SeriesPart): Tensor4D;
  /** What sampling step `step` adds. To be called in the order of the steps. */
  step(images: SeriesPart, step: number): Tensor4D;
}

/** Noise that depends on the seed and the number of an image alone, so that the batch size does not change the images. */
export function seededNoise(seed: number, shape: ImageShape): NoiseSource {
  const draw = ({numbers}: SeriesPart, ...path: (string | number)[]) =>
    normalImages(numbers.length, shape, (i) => createRandom(seed, 'sample', ...path, numbers[i] as number));
  return {initial: (images) => draw(images, 'initial'), step: (images, step) => draw(images, 'step', step)};
}

/**
 * The noise of a pipeline of diffusers that is called with `torch.Generator('cpu').manual_seed(seed)`: one stream for all images of a batch,
 * in PyTorch's order of axes, which the next batch goes on with.
 */
export function torchNoise(seed: number, [height, width, channels]: ImageShape): NoiseSource {
  const random = createTorchRandom(seed);
  const draw = ({numbers: {length: count}}: SeriesPart) => {
    const values = random.randn(count * channels * height * width);
    return tf.tidy(() => fromNchw({values, shape: [count, channels, height, width]}, 0, count));
  };
  return {initial: draw, step: draw};
}

/** Starts from images that are given, in the order of the series; the noise of the steps is that of `source`. */
export function givenNoise(start: NchwImages, source: NoiseSource): NoiseSource {
  return {
    ...source,
    initial: ({first, numbers}) => tf.tidy(() => fromNchw(start, first, first + numbers.length)),
  };
}
