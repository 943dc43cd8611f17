import * as tf from '@tensorflow/tfjs-core';
import type {GradSaveFunc, Tensor, Tensor4D} from '@tensorflow/tfjs-core';

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

/** What the forward pass leaves for the backward pass: all of it is small. */
interface Statistics {
  /** Sum of x over the pixels, [N,G,C/G]. */
  sum: Grouped;
  /** Mean of x + shift and the reciprocal of its deviation, [N,G,1]. */
  mean: Grouped;
  rstd: Grouped;
}

type Inputs = [x: Tensor4D, gamma: Tensor, beta: Tensor, shift?: Tensor];
type Saved = [...Required<Inputs>, sum: Grouped, mean: Grouped, rstd: Grouped];

/**
 * GroupNorm (Wu & He 2018) of x + shift over [N,H,W,C], and SiLU if asked for, as one operation that keeps only x and
 * the statistics and computes the rest again on the way back. The variance is biased and taken in two passes, so that a
 * large mean costs no digits. First derivatives only.
 */
export function groupNormSilu(x: Tensor4D, affine: GroupNormAffine, settings: GroupNormSettings): Tensor4D {
  const hasShift = affine.shift !== undefined;
  const normalise = tf.customGrad<Tensor4D>((...inputs: (Tensor | GradSaveFunc)[]) => {
    const save = inputs.pop() as GradSaveFunc;
    const [x, gamma, beta, shift = tf.zeros([x.shape[3]])] = inputs as Inputs;
    const group = grouping(x, settings.groups);
    const statistics = measure(x, group(shift), settings);
    const z = preActivation(x, group(gamma), group(beta), group(shift), statistics);
    save([x, gamma, beta, shift, statistics.sum, statistics.mean, statistics.rstd]);
    return {
      value: settings.activate ? tf.mul(z, tf.sigmoid(z)) : z,
      gradFunc: (dy: Tensor4D, saved: Tensor[]) => backward(dy, saved, settings, hasShift),
    };
  });
  return normalise(x, affine.gamma, affine.beta, ...(affine.shift === undefined ? [] : [affine.shift]));
}

/** A function from [C] or [N,C] to [1 or N, G, C/G]. */
function grouping(x: Tensor4D, groups: number): (channels: Tensor) => Grouped {
  return (channels) => tf.reshape(channels, [channels.size / x.shape[3], groups, x.shape[3] / groups]);
}

function ungroup(channels: Grouped): Tensor4D {
  return tf.reshape(channels, [channels.shape[0], 1, 1, channels.shape[1] * channels.shape[2]]);
}

function measure(x: Tensor4D, shift: Grouped, {groups, eps}: GroupNormSettings): Statistics {
  const [, height, width, channels] = x.shape;
  const count = (height * width * channels) / groups;
  const group = grouping(x, groups);
  const sum = group(tf.sum(x, [1, 2]));
  const total = tf.add(sum, tf.mul(shift, height * width));
  const mean: Grouped = tf.div(tf.sum(total, 2, true), count);
  const squares = group(tf.sum(tf.squaredDifference(x, ungroup(tf.sub(mean, shift))), [1, 2]));
  const variance: Grouped = tf.div(tf.sum(squares, 2, true), count);
  return {sum, mean, rstd: tf.rsqrt(tf.add<Grouped>(variance, eps))};
}

/** gamma * (x + shift - mean) * rstd + beta, as one multiply-add on the large tensor. */
function preActivation(x: Tensor4D, gamma: Grouped, beta: Grouped, shift: Grouped, {mean, rstd}: Statistics): Tensor4D {
  const scale: Grouped = tf.mul(gamma, rstd);
  const offset: Grouped = tf.add(beta, tf.mul(tf.sub(shift, mean), scale));
  return tf.add(tf.mul(x, ungroup(scale)), ungroup(offset));
}

/** Gradients by x, gamma, beta and, if there is one, shift. */
function backward(dy: Tensor4D, saved: Tensor[], settings: GroupNormSettings, hasShift: boolean): Tensor[] {
  const [x, gamma, beta, shift, sum, mean, rstd] = saved as Saved;
  const pixels = x.shape[1] * x.shape[2];
  const count = (pixels * x.shape[3]) / settings.groups;
  const group = grouping(x, settings.groups);
  const [g, b, t] = [group(gamma), group(beta), group(shift)];
  const dz = settings.activate ? siluGradient(dy, preActivation(x, g, b, t, {sum, mean, rstd})) : dy;

  // Per channel and image: dBeta = sum(dz), dGamma = sum(dz * xhat) with xhat = (x + shift - mean) * rstd.
  const centre = tf.sub(t, mean);
  const dBeta = group(tf.sum(dz, [1, 2]));
  const dGamma: Grouped = tf.mul(rstd, tf.add(group(tf.sum(tf.mul(dz, x), [1, 2])), tf.mul(centre, dBeta)));

  // dx = rstd (gamma dz - mean(gamma dz) - xhat mean(gamma dz xhat)), means over the group: scale dz + slope x + offset.
  const meanDz = tf.div(tf.sum(tf.mul(g, dBeta), 2, true), count);
  const meanDzXhat = tf.div(tf.sum(tf.mul(g, dGamma), 2, true), count);
  const scale: Grouped = tf.mul(g, rstd);
  const slope: Grouped = tf.mul(tf.fill(centre.shape, -1), tf.mul(tf.square(rstd), meanDzXhat));
  const offset: Grouped = tf.sub(tf.mul(slope, centre), tf.mul(rstd, meanDz));
  const dx = tf.add(tf.add(tf.mul(dz, ungroup(scale)), tf.mul(x, ungroup(slope))), ungroup(offset));
  const gradients = [dx, sumTo(dGamma, gamma), sumTo(dBeta, beta)];
  if (!hasShift) return gradients;
  // The shift is added to every pixel, so its gradient is the sum of dx over them.
  const dShift: Grouped = tf.add(tf.add(tf.mul(scale, dBeta), tf.mul(slope, sum)), tf.mul(offset, pixels));
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
