import type {Tensor4D} from '@tensorflow/tfjs-core';
import {normalImages, type ImageShape} from '../models/imageSpace.ts';
import {createRandom} from '../random.ts';

/** Which images of a seeded series to make noise for. */
export interface NoiseRequest {
  seed: number;
  /** Number of the first image in the series. */
  first: number;
  /** N */
  count: number;
  /** [H,W,C] */
  shape: ImageShape;
}

/** Standard normal starting noise [N,H,W,C]. Image i depends on the seed and i alone, so the batch size does not change the images. */
export function initialNoise(request: NoiseRequest): Tensor4D {
  return imageNoise(request, 'initial');
}

/** Standard normal noise [N,H,W,C] that sampling step `step` adds, by image as well. */
export function stepNoise(request: NoiseRequest, step: number): Tensor4D {
  return imageNoise(request, 'step', step);
}

function imageNoise({seed, first, count, shape}: NoiseRequest, ...path: (string | number)[]): Tensor4D {
  return normalImages(count, shape, (i) => createRandom(seed, 'sample', ...path, first + i));
}
