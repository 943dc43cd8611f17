import type {Tensor4D} from '@tensorflow/tfjs-core';

/** One step of a sampler, from x_t to the image at the next timestep of its list. */
export interface SamplerStep {
  /** What the network said about `noisy`, [N,H,W,C]. */
  prediction: Tensor4D;
  /** x_t, [N,H,W,C]. */
  noisy: Tensor4D;
  /** t */
  timestep: number;
  /** The next, smaller timestep of the list; -1 at its end. */
  previous: number;
}
