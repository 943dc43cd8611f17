import type {UNet2DConfig} from '../../contract/model/unet2dConfig.ts';
import {activationBytes} from '../activationBytes.ts';
import type {Architecture} from '../architecture.ts';
import {unetPart} from '../tensorPart.ts';
import {createUNet2D} from './unet2d.ts';
import {unet2dProjectionSites} from './unet2dParts.ts';

export function unet2dArchitecture(config: UNet2DConfig): Architecture {
  const size = config.sample_size;
  return {
    sampleSize: typeof size === 'number' ? [size, size] : size,
    projectionSites: unet2dProjectionSites(config),
    doubts: hasHeadTrap(config) ? [headTrap] : [],
    partOf: unetPart,
    activationBytes: (settings) => activationBytes(config, settings),
    createDenoiser: (where) => createUNet2D(config, where),
  };
}

const headTrap =
  'attention_head_dim is 8, which is also what diffusers takes when the key is absent, but the rest of the config looks like ' +
  "Google's DDPM models, which were trained with one head: set it to null if this is one of them.";

/** Some copies of the google/ddpm-* configs lack `attention_head_dim: null` and so load without an error and predict nonsense. */
function hasHeadTrap(config: UNet2DConfig): boolean {
  const google = !config.flip_sin_to_cos && config.freq_shift === 1 && config.downsample_padding === 0;
  return google && config.attention_head_dim === 8;
}
