import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor2D} from '@tensorflow/tfjs-core';
import {ownGradient} from './ownGradient.ts';

/** x Φ(x) with the normal distribution's Φ (Hendrycks & Gimpel 2016), elementwise; keeps x alone. */
export function gelu<T extends Tensor>(x: T): T {
  return ownGradient<[T], [T], T>(
    [x],
    (x) => ({value: tf.mul(x, normalDistribution(x)), saved: [x]}),
    (dy, [x]) => [tf.mul(dy, geluSlope(x))],
  );
}

/** CLIP's approximation x sigmoid(1.702 x), elementwise; keeps x alone. */
export function quickGelu<T extends Tensor>(x: T): T {
  return ownGradient<[T], [T], T>(
    [x],
    (x) => ({value: tf.mul(x, tf.sigmoid(tf.mul(x, quickSlope))), saved: [x]}),
    (dy, [x]) => {
      const s = tf.sigmoid(tf.mul<T>(x, quickSlope));
      // s + 1.702 x s (1 - s)
      return [tf.mul(dy, tf.mul(s, tf.add(tf.mul(tf.mul(x, quickSlope), tf.sub(1, s)), 1)))];
    },
  );
}

/**
 * The gated unit of transformer blocks (Shazeer 2020): of x [M, 2C] the first half times the GELU of the second, [M, C].
 * Keeps x alone.
 */
export function geglu(x: Tensor2D): Tensor2D {
  return ownGradient<[Tensor2D], [Tensor2D], Tensor2D>(
    [x],
    (x) => {
      const [value, gate] = halves(x);
      return {value: tf.mul(value, tf.mul(gate, normalDistribution(gate))), saved: [x]};
    },
    (dy, [x]) => {
      const [value, gate] = halves(x);
      const dValue = tf.mul(dy, tf.mul(gate, normalDistribution(gate)));
      const dGate = tf.mul(tf.mul(dy, value), geluSlope(gate));
      return [tf.concat([dValue, dGate], 1)];
    },
  );
}

const quickSlope = 1.702;

function halves(x: Tensor2D): [Tensor2D, Tensor2D] {
  return tf.split(x, 2, 1) as [Tensor2D, Tensor2D];
}

/** Φ(x) = (1 + erf(x / √2)) / 2. */
function normalDistribution<T extends Tensor>(x: T): T {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}

/** Φ(x) + x φ(x), φ(x) = exp(-x² / 2) / √(2π). */
function geluSlope<T extends Tensor>(x: T): T {
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return tf.add(normalDistribution(x), tf.mul(x, density));
}
