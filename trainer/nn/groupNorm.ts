import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import {ownGradient} from './ownGradient.ts';
import {sumOverRows} from './rowBands.ts';

export interface GroupNormSettings {
  groups: number;
  eps: number;
  /** SiLU after the normalisation. */
  activate: boolean;
}

export interface GroupNormAffine {
  /** Scale and offset after the normalisation, [C], or [N,C] where they depend on the timestep. */
  gamma: Tensor;
  beta: Tensor;
  /** Added to `x` before the normalisation, [C] or [N,C]: the bias and time embedding of the convolution before. */
  shift?: Tensor;
}

/** Channels as [N or 1, G, C/G]: statistics per group broadcast over them without a tile. */
type Grouped = tf.Tensor3D;

/** What the forward pass leaves for the backward pass besides x: all of it is small. */
interface Statistics {
  /** Sum of x over the pixels, [N,G,C/G]. */
  sum: Grouped;
  /** What x has where it is normalised to zero: the mean of x + shift, less the shift, [N,G,C/G]. */
  level: Grouped;
  /** Reciprocal of the deviation, [N,G,1]. */
  rstd: Grouped;
  /** The normalisation as a multiply-add: gamma * (x + shift - mean) * rstd + beta = x * scale + offset, [N,G,C/G]. */
  scale: Grouped;
  offset: Grouped;
}

type Saved = [x: Tensor4D, sum: Grouped, level: Grouped, rstd: Grouped, scale: Grouped, offset: Grouped];

/**
 * GroupNorm (Wu & He 2018) of x + shift over [N,H,W,C], and SiLU if asked for, as one operation that keeps only x and
 * the statistics and computes the rest again in the backward pass. The variance is biased and taken in two passes, so that a
 * large mean costs no digits. First derivatives only.
 */
export function groupNormSilu(x: Tensor4D, affine: GroupNormAffine, settings: GroupNormSettings): Tensor4D {
  const {gamma, beta, shift} = affine;
  return ownGradient(
    [x, gamma, beta, ...(shift === undefined ? [] : [shift])],
    (x: Tensor4D, gamma: Tensor, beta: Tensor, shift?: Tensor) => {
      const {sum, level, rstd, scale, offset} = measure(x, {gamma, beta, shift}, settings);
      const value = normalise(x, scale, offset, settings);
      return {value, saved: [x, sum, level, rstd, scale, offset]};
    },
    (dy, [x, sum, level, rstd, scale, offset]: Saved) =>
      backward(dy, x, {sum, level, rstd, scale, offset}, affine, settings),
  );
}

/**
 * The same without a gradient, for an x that is looked at in bands of rows of at most `limit` numbers: normalises any of its rows by the
 * statistics of all.
 */
export function groupNormOfRows(
  x: Tensor4D,
  affine: GroupNormAffine,
  settings: GroupNormSettings,
  limit: number,
): (rows: Tensor4D) => Tensor4D {
  const {scale, offset} = measure(x, affine, settings, limit);
  return (rows) => normalise(rows, scale, offset, settings);
}

function normalise(x: Tensor4D, scale: Grouped, offset: Grouped, {activate}: GroupNormSettings): Tensor4D {
  const z = multiplyAdd(x, scale, offset);
  return activate ? tf.mul<Tensor4D>(z, tf.sigmoid(z)) : z;
}

/** A function from [C] or [N,C] to [1 or N, G, C/G]. */
function grouping(x: Tensor4D, groups: number): (channels: Tensor) => Grouped {
  return (channels) => tf.reshape(channels, [channels.size / x.shape[3], groups, x.shape[3] / groups]);
}

function ungroup(channels: Grouped): Tensor4D {
  return tf.reshape(channels, [channels.shape[0], 1, 1, channels.shape[1] * channels.shape[2]]);
}

function measure(
  x: Tensor4D,
  {gamma, beta, shift}: GroupNormAffine,
  {groups, eps}: GroupNormSettings,
  limit = Infinity,
): Statistics {
  const [, height, width, channels] = x.shape;
  const count = (height * width * channels) / groups;
  const group = grouping(x, groups);
  const shifts = shift && group(shift);
  const sum = group(sumOverRows(x, limit, (rows) => tf.sum(rows, [1, 2])));
  const total = shifts ? tf.add(sum, tf.mul(shifts, height * width)) : sum;
  const mean: Grouped = tf.div(tf.sum(total, 2, true), count);
  const level = tf.sub<Grouped>(mean, shifts ?? tf.zeros([1, groups, channels / groups]));
  const squaresOf = (rows: Tensor4D) => tf.tidy(() => tf.sum(tf.squaredDifference(rows, ungroup(level)), [1, 2]));
  const squares = group(sumOverRows(x, limit, squaresOf));
  const variance: Grouped = tf.div(tf.sum(squares, 2, true), count);
  const rstd: Grouped = tf.rsqrt(tf.add<Grouped>(variance, eps));
  const scale: Grouped = tf.mul(group(gamma), rstd);
  return {sum, level, rstd, scale, offset: tf.sub(group(beta), tf.mul(level, scale))};
}

/** x * scale + offset, per image and channel. */
function multiplyAdd(x: Tensor4D, scale: Grouped, offset: Grouped): Tensor4D {
  return tf.tidy(() => tf.add(tf.mul(x, ungroup(scale)), ungroup(offset)));
}

/** Gradients with respect to x, gamma, beta and, if there is one, shift. */
function backward(
  dy: Tensor4D,
  x: Tensor4D,
  {sum, level, rstd, scale, offset}: Statistics,
  {gamma, beta, shift}: GroupNormAffine,
  {groups, activate}: GroupNormSettings,
): Tensor[] {
  const pixels = x.shape[1] * x.shape[2];
  const count = (pixels * x.shape[3]) / groups;
  const group = grouping(x, groups);
  const dz = activate ? siluGradient(dy, multiplyAdd(x, scale, offset)) : dy;

  // Per channel and image: dBeta = sum(dz), dGamma = sum(dz * xhat) with xhat = (x - level) * rstd.
  const dBeta = group(tf.sum(dz, [1, 2]));
  const dGamma: Grouped = tf.mul(rstd, tf.sub(group(tf.sum(tf.mul(dz, x), [1, 2])), tf.mul(level, dBeta)));

  // dx = rstd (gamma dz - mean(gamma dz) - xhat mean(gamma dz xhat)), means over the group: scale dz - (slope x + rest).
  const meanDz = tf.div(tf.sum(tf.mul(scale, dBeta), 2, true), count);
  const meanDzXhat = tf.div(tf.sum(tf.mul(scale, dGamma), 2, true), count);
  const slope: Grouped = tf.mul(tf.ones([1, groups, x.shape[3] / groups]), tf.mul(rstd, meanDzXhat));
  const rest: Grouped = tf.sub(meanDz, tf.mul(slope, level));
  const dx = tf.sub(tf.mul(dz, ungroup(scale)), multiplyAdd(x, slope, rest));
  const gradients = [dx, sumTo(dGamma, gamma), sumTo(dBeta, beta)];
  if (shift === undefined) return gradients;
  // The shift is added to every pixel, so its gradient is the sum of dx over them.
  const dShift: Grouped = tf.sub(tf.mul(scale, dBeta), tf.add(tf.mul(slope, sum), tf.mul(rest, pixels)));
  return [...gradients, sumTo(dShift, shift)];
}

/** dy * d(z sigmoid(z))/dz = dy * s * (1 + z - z s). */
function siluGradient(dy: Tensor4D, z: Tensor4D): Tensor4D {
  const s = tf.sigmoid(z);
  return tf.mul(dy, tf.mul(s, tf.add(tf.sub(z, tf.mul(z, s)), 1)));
}

/** The gradient per image, summed over the batch where the parameter is shared by it. */
function sumTo(gradient: Grouped, parameter: Tensor): Tensor {
  return tf.reshape(parameter.rank === 1 ? tf.sum(gradient, 0) : gradient, parameter.shape);
}
