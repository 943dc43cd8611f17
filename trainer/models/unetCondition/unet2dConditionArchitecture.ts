import type {UNet2DConditionConfig} from '../../contract/model/unet2dConditionConfig.ts';
import {unetActivationBytes} from '../activationBytes.ts';
import type {Architecture} from '../architecture.ts';
import {unetPart} from '../tensorPart.ts';
import {unet2dProjectionSites, type UNet2DPart} from '../unet2d/unet2dParts.ts';
import {manyTokens} from './transformerBlock.ts';
import {createUNet2DCondition} from './unet2dCondition.ts';

export function unet2dConditionArchitecture(config: UNet2DConditionConfig): Architecture {
  const size = config.sample_size;
  return {
    sampleSize: typeof size === 'number' ? [size, size] : size,
    projectionSites: unet2dProjectionSites(config),
    doubts: [],
    partOf: unetPart,
    activationBytes: (settings) => unetActivationBytes(config, settings, (part) => transformerValues(part, config)),
    createDenoiser: (where) => createUNet2DCondition(config, where),
  };
}

/** Tokens of a text in CLIP. */
const contextTokens = 77;

/**
 * What a spatial transformer keeps of T tokens of C channels: inputs and outputs of its dense layers, norms and transpositions, the wide
 * layer of four times C with its gate counting for twelve of them, and the softmax of all scores where they are not computed again.
 */
function transformerValues({pixels, input, level}: UNet2DPart, config: UNet2DConditionConfig): number {
  const {attention_head_dim: heads} = config;
  const headCount = typeof heads === 'number' ? heads : (heads[level] ?? 1);
  const keepsScores = pixels < manyTokens;
  const scores = keepsScores ? headCount * pixels * (pixels + contextTokens) : 0;
  return (keepsScores ? 37 : 35) * pixels * input + scores + 4 * contextTokens * input;
}
