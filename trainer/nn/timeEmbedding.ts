import {tensor2d, type Tensor2D} from '@tensorflow/tfjs-core';

export interface TimeEmbeddingSettings {
  /** Length of an embedding. */
  width: number;
  /** [cos, sin] instead of [sin, cos]. */
  flip: boolean;
  /** Subtracted from width / 2 in the denominator of the exponent: 1 in the original DDPM code, 0 in later models. */
  shift: number;
}

/**
 * Sinusoidal embedding [N, width] of N timesteps: sin(t f_i) and cos(t f_i), f_i = exp(-ln(10000) i / (half - shift))
 * (Vaswani et al. 2017, section 3.5, as diffusers lays it out). On the host, in double: GPU sines are good to 1e-3 only.
 */
export function timeEmbedding(timesteps: readonly number[], {width, flip, shift}: TimeEmbeddingSettings): Tensor2D {
  const half = Math.floor(width / 2);
  const [sineAt, cosineAt] = flip ? [half, 0] : [0, half];
  const values = new Float32Array(timesteps.length * width);
  for (const [n, timestep] of timesteps.entries()) {
    for (let i = 0; i < half; i++) {
      const angle = timestep * Math.exp((-Math.log(10_000) * i) / (half - shift));
      values[n * width + sineAt + i] = Math.sin(angle);
      values[n * width + cosineAt + i] = Math.cos(angle);
    }
  }
  return tensor2d(values, [timesteps.length, width]);
}
