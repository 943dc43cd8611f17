import type {Tensor4D} from '@tensorflow/tfjs-core';
import {groupNormOfRows, groupNormSilu, type GroupNormAffine, type GroupNormSettings} from '../nn/groupNorm.ts';
import type {Pass} from './pass.ts';

/** Normalises `x`, which it is given, or any of its rows where the pass takes maps in bands. */
export function normalisation(
  {bandLimit}: Pass,
  x: Tensor4D,
  affine: GroupNormAffine,
  settings: GroupNormSettings,
): (x: Tensor4D) => Tensor4D {
  if (bandLimit !== undefined) return groupNormOfRows(x, affine, settings, bandLimit);
  return (x) => groupNormSilu(x, affine, settings);
}
