import * as tf from '@tensorflow/tfjs-core';
import {beforeAll, describe, expect, it} from 'vitest';
import type {NetworkConfig} from '../../../trainer/contract/model/networkConfig.ts';
import {UNet2DConditionConfig} from '../../../trainer/contract/model/unet2dConditionConfig.ts';
import {UNet2DConfig} from '../../../trainer/contract/model/unet2dConfig.ts';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import {activationBytes} from '../../../trainer/models/activationBytes.ts';
import {initialiseParams} from '../../../trainer/models/initialise.ts';
import {architectureOf, createDenoiser} from '../../../trainer/models/architectures.ts';
import type {Condition} from '../../../trainer/models/denoiser.ts';
import {variedUNets} from './variedUNets.ts';

const settings = {size: [32, 32], gradientCheckpointing: false, dropout: false} as const;

describe('the activations of a UNet', () => {
  /** One level, one resnet down and two up: 3 x (input, norm, conv, norm), no attention. */
  const oneLevel = UNet2DConfig.parse({
    block_out_channels: [4],
    down_block_types: ['DownBlock2D'],
    up_block_types: ['UpBlock2D'],
    layers_per_block: 1,
    norm_num_groups: 2,
    mid_block_type: null,
    dropout: 0.5,
  });
  const pixels = 10 * 6;
  const oneLevelBytes = (changes: Partial<Parameters<typeof activationBytes>[1]>) =>
    activationBytes(oneLevel, {...settings, size: [10, 6], ...changes}) / 4 / pixels;

  it('are the inputs and outputs of norms and convolutions', () => {
    const ends = 4 + 4 + 4;
    const down = 4 + 4 + 4;
    const up = 8 + 8 + 4 + 4;
    expect(oneLevelBytes({})).toBe(ends + down + 2 * up);
  });

  it('are, with gradient checkpointing, those between the parts and the inside of the largest', () => {
    expect(oneLevelBytes({gradientCheckpointing: true})).toBe(4 + 4 + 4 + 2 * 8 + (8 + 4 + 4));
  });

  it('have a mask for each resnet where dropout is used', () => {
    expect(oneLevelBytes({dropout: true}) - oneLevelBytes({})).toBe(3 * 4);
  });

  it('grow with the pixels, and those of attention with their square', () => {
    const of = (config: UNet2DConfig, side: number) => activationBytes(config, {...settings, size: [side, side]});
    const plain = variedUNets.plainMiddle;
    expect(of(plain, 64)).toBe(4 * of(plain, 32));
    // Four attentions of four heads each, on a sixteenth of the pixels.
    const {digits} = variedUNets;
    const scores = (side: number) => 4 * 4 * 4 * (side / 4) ** 4;
    expect(of(digits, 64) - 4 * of(digits, 32)).toBe(scores(64) - 4 * scores(32));
  });

  it('are megabytes for an image of 32x32 and gigabytes for one of 256x256', () => {
    expect(activationBytes(variedUNets.cifar, settings) / 1e6).toBeCloseTo(37.1, 1);
    const large = {...settings, size: [256, 256]} as const;
    expect(activationBytes(variedUNets.church, large) / 1e9).toBeCloseTo(1.45, 2);
  });
});

describe('the activations that the operations keep for the gradient', () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));

  /** Two levels as in Stable Diffusion. */
  const conditioned = UNet2DConditionConfig.parse({
    block_out_channels: [16, 32],
    down_block_types: ['CrossAttnDownBlock2D', 'DownBlock2D'],
    up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
    norm_num_groups: 8,
    attention_head_dim: 2,
    cross_attention_dim: 24,
  });

  it.each([16, 32])('are those of the estimate where there are transformers, at %s pixels a side', (side) => {
    const estimated = 2 * architectureOf(conditioned).activationBytes({...settings, size: [side, side]});
    const kept = keptBytes(conditioned, 2, side);
    expect(kept / estimated).toBeGreaterThan(0.9);
    expect(kept / estimated).toBeLessThan(1.25);
  });

  const varied: Readonly<Record<string, NetworkConfig>> = variedUNets;

  it.each(['digits', 'scaleShift', 'plainMiddle', 'noMiddle'] as const)('are those of the estimate: %s', (name) => {
    const config = varied[name] as NetworkConfig;
    const estimated = 2 * architectureOf(config).activationBytes({...settings, size: [16, 16]});
    const kept = keptBytes(config, 2, 16);
    // The operations also keep what only the shape is needed of, such as the dense layers of attention before their bias.
    expect(kept / estimated).toBeGreaterThan(0.98);
    expect(kept / estimated).toBeLessThan(1.3);
  });
});

/** Bytes that the tape holds after a forward pass of `batch` images, without the parameters. */
function keptBytes(config: NetworkConfig, batch: number, side: number): number {
  const denoiser = createDenoiser(config);
  const params = initialiseParams(config, 1);
  const names = [...params.keys()];
  const noisy = tf.zeros<tf.Rank.R4>([batch, side, side, config.in_channels]);
  const prepared = denoiser.prepare(new Array<number>(batch).fill(3), contextFor(config, batch));
  const given = [...params.values(), noisy, ...(prepared.context ? [prepared.context] : [])];
  const ids = new Set<object>(given.map(({dataId}) => dataId));
  let bytes = 0;
  const loss = (...tensors: tf.Tensor[]): tf.Scalar => {
    const given = new Map(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
    const result = tf.mean<tf.Scalar>(denoiser.predict(given, {noisy, ...prepared}));
    for (const {saved = []} of tf.engine().state.activeTape ?? []) {
      for (const tensor of saved) {
        if (ids.has(tensor.dataId)) continue;
        ids.add(tensor.dataId);
        bytes += 4 * tensor.size;
      }
    }
    return result;
  };
  tf.tidy(() => void tf.grads(loss)([...params.values()]));
  return bytes;
}

/** Texts of as many tokens as CLIP's, where the network looks at any. */
function contextFor(config: NetworkConfig, batch: number): Condition {
  if (config._class_name !== 'UNet2DConditionModel') return {};
  return {context: tf.zeros<tf.Rank.R3>([batch, 77, config.cross_attention_dim])};
}
