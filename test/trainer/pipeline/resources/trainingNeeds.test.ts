import {describe, expect, it} from 'vitest';
import {DemeConfig} from '../../../../trainer/contract/config/config.ts';
import {planStages} from '../../../../trainer/pipeline/graph/stagePlan.ts';
import {trainingNeeds} from '../../../../trainer/pipeline/resources/trainingNeeds.ts';
import {estimateMemory} from '../../../../trainer/pipeline/resources/memoryEstimate.ts';
import {goldenSdFolder} from '../../../helpers/golden/goldenSd.ts';
import {onCpu} from '../engineKinds.ts';
import {golden} from '../../store/golden.ts';

const config = DemeConfig.parse({
  name: 'x',
  base: 'cifar',
  data: {kind: 'images', path: 'images', resolution: 24},
  decouple: {ranges: 2, batch: 6, accumulation: 3, ema: null, gradientCheckpointing: true},
  ordinary: true,
  merge: {},
  evaluate: {},
});
const baseFolder = golden('cifar');
const stages = planStages(config);
const only = (...names: string[]) => stages.filter(({name}) => names.includes(name));

describe('what a training needs', () => {
  it('is that of an expert, with teacher and projections, wherever one is trained', async () => {
    const needs = await trainingNeeds({config, baseFolder}, stages);
    expect(needs).toMatchObject({size: [24, 24], batch: 6, accumulation: 3, gradientCheckpointing: true, ema: false});
    expect(needs).toMatchObject({teacher: true, projections: true, dropout: false});
    expect(needs?.unetConfig.block_out_channels).toEqual([8, 16, 16, 16]);
  });

  it('is less for the ordinary finetune alone', async () => {
    const needs = await trainingNeeds({config, baseFolder}, only('ordinary', 'merge'));
    expect(needs).toMatchObject({batch: 6, teacher: false, projections: false});
  });

  it('is nothing for stages that do not train', async () => {
    expect(only('search', 'merge', 'report', 'evaluate-base')).toHaveLength(4);
    expect(await trainingNeeds({config, baseFolder}, only('search', 'merge', 'report', 'evaluate-base'))).toBeNull();
  });

  it('is that of the model in the config for a pretraining, at the size of the data', async () => {
    const model = {block_out_channels: [4], down_block_types: ['DownBlock2D'], up_block_types: ['UpBlock2D']};
    const pretrain = DemeConfig.parse({name: 'x', data: {kind: 'mnist'}, pretrain: {model, batch: 5}});
    const needs = await trainingNeeds({config: pretrain, baseFolder: null}, planStages(pretrain, 'pretrain'));
    expect(needs).toMatchObject({size: [28, 28], batch: 5, ema: true, teacher: false, projections: false});
    expect(needs?.unetConfig.block_out_channels).toEqual([4]);
  });

  it('counts the text encoder that a pretraining makes', async () => {
    const model = {
      _class_name: 'UNet2DConditionModel',
      in_channels: 1,
      out_channels: 1,
      cross_attention_dim: 8,
      attention_head_dim: 2,
      norm_num_groups: 4,
      block_out_channels: [8],
      down_block_types: ['CrossAttnDownBlock2D'],
      up_block_types: ['CrossAttnUpBlock2D'],
    };
    const text = {words: ['seven'], length: 10, layers: 2, heads: 2};
    const pretrain = DemeConfig.parse({name: 'x', data: {kind: 'mnist', captions: {}}, pretrain: {model, text}});
    const needs = await trainingNeeds({config: pretrain, baseFolder: null}, planStages(pretrain, 'pretrain'));
    // 512 symbols of bytes, four merges of a word of five letters, begin and end; each layer has four projections, two linear layers and two norms.
    const layer = 4 * (8 * 8 + 8) + (8 * 16 + 16) + (16 * 8 + 8) + 2 * 16;
    expect(needs?.components).toMatchObject({
      factor: 1,
      weights: {encoder: 0, decoder: 0, text: 4 * ((512 + 4 + 2 + 10) * 8 + 2 * layer + 16)},
    });
  });

  it('counts autoencoder and text encoder, and activations at the size of the latents', async () => {
    const latent = {...config, data: {...config.data, resolution: 128}} as DemeConfig;
    const needs = await trainingNeeds({config: latent, baseFolder: goldenSdFolder('sd1')}, stages);
    // The parameters that the script of the fixtures counts.
    const known = needs ?? expect.fail();
    const {factor, perPixel, weights: parts} = known.components ?? expect.fail();
    expect([factor, parts.text]).toEqual([8, 4 * 798_464]);
    expect(parts.encoder + parts.decoder).toBe(4 * 90_847);
    expect(parts.decoder).toBeGreaterThan(parts.encoder);
    expect(needs?.size).toEqual([128, 128]);
    const bare = estimateMemory({...known, size: [16, 16], components: undefined}, onCpu);
    // They leave once latents and texts are computed.
    expect(known.unloads).toBe(true);
    const {weights, activations} = estimateMemory(known, onCpu);
    expect(weights).toBe(bare.weights);
    expect(activations).toBe(Math.max(bare.activations, parts.decoder + parts.text + perPixel * 128 * 128));
    const anew = {...latent, data: {...latent.data, cache: false}} as DemeConfig;
    const staying = await trainingNeeds({config: anew, baseFolder: goldenSdFolder('sd1')}, stages);
    expect(staying?.unloads).toBe(false);
    expect(estimateMemory(staying ?? expect.fail(), onCpu)).toMatchObject({
      weights: bare.weights + parts.encoder + parts.text,
      activations: Math.max(bare.activations, parts.decoder + perPixel * 128 * 128),
    });
  });
});
