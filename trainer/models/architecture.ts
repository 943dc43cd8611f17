import type {ProjectionSite} from '../nn/projections.ts';
import type {Denoiser} from './denoiser.ts';
import type {TensorPart} from './tensorPart.ts';

export interface ActivationSettings {
  /** Height and width of the network's input. */
  readonly size: readonly [number, number];
  readonly gradientCheckpointing: boolean;
  /** Whether the dropout of the config is used. */
  readonly dropout: boolean;
}

/** All that this project knows of one network before it has weights, from its config alone. */
export interface Architecture {
  /** Height and width of the input that the config names; null where it names none. */
  readonly sampleSize: readonly [number, number] | null;
  /** Places for channel-wise projections, in forward order. */
  readonly projectionSites: readonly ProjectionSite[];
  /** Settings of the config that may not mean what its author intended, one sentence each. */
  readonly doubts: readonly string[];
  partOf(tensorName: string): TensorPart;
  /** Bytes of float32 activations that the forward pass of one image keeps for its gradient, to about a quarter. */
  activationBytes(settings: ActivationSettings): number;
  /** Throws a UserError, which names the file `where`, for a config that is not implemented or contradicts itself. */
  createDenoiser(where?: string): Denoiser;
}
