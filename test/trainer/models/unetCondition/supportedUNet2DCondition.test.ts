import type {Tensor2D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {UNet2DConditionConfig} from '../../../../trainer/contract/model/unet2dConditionConfig.ts';
import {isProjection} from '../../../../trainer/contract/model/projectionName.ts';
import {countParameters} from '../../../../trainer/models/architectures.ts';
import {createUNet2DCondition} from '../../../../trainer/models/unetCondition/unet2dCondition.ts';

/** What the config of Stable Diffusion 1 says; all else are defaults. */
const sd1 = UNet2DConditionConfig.parse({cross_attention_dim: 768, sample_size: 64});

describe('the config of a UNet2DConditionModel', () => {
  it('makes Stable Diffusion 1 out of the defaults: 859.5 million parameters, and 1.061 % of projections', () => {
    const {stock, projections} = countParameters(createUNet2DCondition(sd1));
    expect(stock).toBe(859_520_964);
    expect(((100 * projections) / (stock + projections)).toFixed(3)).toBe('1.061');
    const names = [...createUNet2DCondition(sd1).shapes.keys()];
    expect([names.length, names.filter(isProjection).length]).toEqual([686 + 9, 9]);
  });

  it('makes Stable Diffusion 2 with a list of heads and linear projections: 865.9 million', () => {
    const heads = {attention_head_dim: [5, 10, 20, 20], cross_attention_dim: 1024, use_linear_projection: true};
    expect(countParameters(createUNet2DCondition({...sd1, ...heads})).stock).toBe(865_910_724);
  });

  it.each<[Partial<UNet2DConditionConfig>, RegExp]>([
    [{addition_embed_type: 'text_time'}, /Stable Diffusion XL/],
    [{addition_embed_type: 'text'}, /addition_embed_type "text"/],
    [{transformer_layers_per_block: [1, 2, 10]}, /transformer_layers_per_block 2/],
    [{only_cross_attention: [true, false]}, /only_cross_attention \[true,false\]/],
    [{class_embed_type: 'timestep'}, /class_embed_type "timestep"/],
    [{num_class_embeds: 1000}, /num_class_embeds 1000/],
    [{mid_block_type: 'UNetMidBlock2DSimpleCrossAttn'}, /mid_block_type/],
    [{down_block_types: ['SimpleCrossAttnDownBlock2D']}, /down_block_types "Simple/],
    [{down_block_types: ['DownBlock2D']}, /down_block_types 1/],
    [{conv_in_kernel: 1}, /conv_in_kernel 1/],
    [{dual_cross_attention: true}, /dual_cross_attention true/],
    [{encoder_hid_dim: 4096}, /encoder_hid_dim 4096/],
    [{time_cond_proj_dim: 256}, /time_cond_proj_dim 256/],
    [{num_attention_heads: 8}, /num_attention_heads 8/],
    [{attention_type: 'gated'}, /attention_type "gated"/],
    [{time_embedding_type: 'fourier'}, /time_embedding_type "fourier"/],
    [{act_fn: 'gelu'}, /act_fn "gelu"/],
    [{attention_head_dim: [8, 8]}, /attention_head_dim has 2 entries for 4/],
    [{attention_head_dim: 7}, /320 channels do not split into 7/],
    [{norm_num_groups: 7}, /do not split into 7 groups/],
  ])('is refused by name where it says what is not implemented: %j', (changes, message) => {
    expect(() => createUNet2DCondition({...sd1, ...changes}, 'unet/config.json')).toThrow(message);
  });

  it.each<Partial<UNet2DConditionConfig>>([
    {upcast_attention: true},
    {transformer_layers_per_block: [1, 1, 1, 1]},
    {mid_block_type: null, layers_per_block: 1},
    {resnet_time_scale_shift: 'scale_shift'},
  ])('takes %j', (changes) => {
    expect(createUNet2DCondition({...sd1, ...changes}).shapes.size).toBeGreaterThan(0);
  });

  it('wants a text to be conditioned on', () => {
    const denoiser = createUNet2DCondition(sd1);
    const noisy = {shape: [1, 8, 8, 4]} as Tensor4D;
    const time = {shape: [1, 320]} as Tensor2D;
    const context = {shape: [1, 77, 1024]} as Tensor3D;
    expect(() => denoiser.predict(new Map(), {noisy, time})).toThrow(/conditioned on text/);
    expect(() => denoiser.predict(new Map(), {noisy, time, context})).toThrow(/width 1024 does not fit .* 768/);
    const pixels = {shape: [1, 8, 8, 3]} as Tensor4D;
    expect(() => denoiser.predict(new Map(), {noisy: pixels, time, context})).toThrow(/Latents of 3 channels/);
  });
});
