import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import * as z from 'zod';
import {networkConfigs, type NetworkConfig} from '../../../trainer/contract/model/networkConfig.ts';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {UNet2DConfig} from '../../../trainer/contract/model/unet2dConfig.ts';
import {ModelRecord} from '../../../trainer/contract/run/records.ts';
import {summariseModel} from '../../../trainer/cli/view/modelSummary.ts';
import {mergeModels} from '../../../trainer/merge/files/mergeFiles.ts';
import type {Architecture} from '../../../trainer/models/architecture.ts';
import {architectures, countParameters, createDenoiser} from '../../../trainer/models/architectures.ts';
import {initialiseParams} from '../../../trainer/models/initialise.ts';
import {loadComponents} from '../../../trainer/models/components.ts';
import {loadPretrained, savePretrained} from '../../../trainer/models/pretrained.ts';
import {conv2d} from '../../../trainer/nn/layers.ts';
import {param, type Params} from '../../../trainer/nn/params.ts';
import {project, projectionShapes} from '../../../trainer/nn/projections.ts';
import {estimateMemory} from '../../../trainer/pipeline/resources/memoryEstimate.ts';
import {train} from '../../../trainer/train/loop.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {withProjections} from '../../helpers/models/withProjections.ts';
import {recordingHooks} from '../train/tasks/recordingHooks.ts';
import {tinyTask} from '../train/tasks/tinyTask.ts';
import {variedUNets} from './variedUNets.ts';

describe('the parameters of a config', () => {
  it('are counted as published', () => {
    const counts = (config: NetworkConfig) => countParameters(createDenoiser(config));
    expect(counts(variedUNets.cifar)).toEqual({stock: 35_746_307, projections: 491_520});
    expect(counts(variedUNets.church)).toEqual({stock: 113_673_219, projections: 1_638_400});
  });

  it('have a limit, which is found without building anything', () => {
    const levels = Array.from({length: 16}, () => 65_536);
    const huge = UNet2DConfig.parse({
      block_out_channels: levels,
      down_block_types: levels.map(() => 'DownBlock2D'),
      up_block_types: levels.map(() => 'UpBlock2D'),
      layers_per_block: 128,
    });
    expect(() => createDenoiser(huge, 'unet/config.json')).toThrow(
      expect.objectContaining({code: 'model-too-large', where: 'unet/config.json'}),
    );
  });

  it.each([
    ['layers_per_block', 1_000_000_000],
    ['block_out_channels', [1e12, 32, 32, 32]],
    ['block_out_channels', new Array<number>(1000).fill(1)],
    ['down_block_types', new Array<string>(1000).fill('DownBlock2D')],
    ['in_channels', 1e12],
    ['out_channels', 1e12],
    ['time_embedding_dim', 1e12],
    ['attention_head_dim', 1e12],
    ['norm_num_groups', 1e12],
    ['sample_size', 1e12],
    ['sample_size', [8, 1e12]],
    ['num_train_timesteps', 1e12],
  ])('are bounded: %s', (key, value) => {
    const {success, error} = UNet2DConfig.safeParse({[key]: value});
    expect(success).toBe(false);
    expect(error?.issues[0]?.path[0]).toBe(key);
  });
});

/** A 1x1 convolution and one projection after it. */
const FakeConfig = z.looseObject({_class_name: z.literal('FakeModel'), width: z.int(), size: z.int()});
const fakeConfig = FakeConfig.parse({_class_name: 'FakeModel', width: 1, size: 4, novel: 'kept'});

function fakeArchitecture({width, size}: z.infer<typeof FakeConfig>): Architecture {
  const projectionSites = [{name: 'only', channels: width, feedingLayers: ['only']}];
  return {
    sampleSize: [size, size],
    projectionSites,
    doubts: ['This network is a fake.'],
    partOf: (name) => ({group: name.startsWith('only') ? 'mid' : 'projections', block: 0}),
    activationBytes: () => 1000,
    createDenoiser: () => ({
      shapes: new Map([
        ['only.weight', [1, 1, width, width]],
        ['only.bias', [width]],
        ...projectionShapes(projectionSites, 'full'),
      ]),
      inChannels: width,
      outChannels: width,
      contextWidth: null,
      prepare: (timesteps) => ({time: tf.tensor2d([...timesteps], [timesteps.length, 1])}),
      predict: (params, {noisy}) =>
        project(params, 0, conv2d(noisy, param(params, 'only.weight'), param<tf.Tensor1D>(params, 'only.bias'))),
    }),
  };
}

describe('another class of networks', () => {
  useCpuBackend();
  const config = fakeConfig as unknown as NetworkConfig;

  // Its row in each of the two tables, and nothing else.
  beforeAll(() => {
    Object.assign(networkConfigs, {FakeModel: FakeConfig});
    Object.assign(architectures, {FakeModel: fakeArchitecture});
  });
  afterAll(() => {
    for (const table of [networkConfigs, architectures]) delete (table as Record<string, unknown>).FakeModel;
  });

  async function save(folder: string, params: Params, record: Partial<ModelRecord>): Promise<string> {
    await savePretrained(folder, {
      unetConfig: config,
      schedulerConfig: SchedulerConfig.parse({}),
      params,
      record: ModelRecord.parse({role: 'base', ...record}),
      dtype: 'F32',
    });
    return folder;
  }

  it('is trained, saved, merged, inspected and estimated', async () => {
    const folder = await temporaryFolder();
    const path = await save(join(folder, 'base'), initialiseParams(config, 1), {});
    const base = await loadPretrained(path);
    expect(base.folder.unetConfig).toMatchObject(fakeConfig);
    expect(base.warnings).toEqual(['This network is a fake.']);
    expect((await loadComponents(base.folder)).imageShape).toEqual([4, 4, 1]);

    const initial = withProjections(base.params, config, 'stock-compatible');
    const task = tinyTask({updates: 2, dropout: false}, join(folder, 'checkpoints'));
    const setting = {...task.setting, denoiser: base.denoiser, teacher: base.params};
    const trained = await train({...task, setting, initial}, recordingHooks());
    const record = {role: 'expert', base: base.weightsHash, projection: 'stock-compatible'} as const;
    const expert = await save(join(folder, 'expert'), trained ?? expect.fail(), record);

    const out = join(folder, 'merged');
    await mergeModels({
      base: path,
      experts: [{path: expert}],
      weights: [0],
      rules: [{match: 'mid', weights: [1]}],
      out,
      dtype: 'F32',
      tool: 'test',
    });
    const merged = await loadPretrained(out);
    expect(merged.folder.record?.projection).toBe('stock-compatible');
    expect(await merged.params.get('only.weight')?.data()).toEqual(await trained?.get('only.weight')?.data());
    expect(await merged.params.get('adapter_list.0.weight')?.data()).toEqual(Float32Array.of(1));
    expect(await summariseModel(out)).toMatchObject({class: 'DeMeFakeModel', training: {needs: {size: [4, 4]}}});
    const needs = {unetConfig: config, size: [4, 4], batch: 3, accumulation: 1, dropout: false, ema: false} as const;
    const plain = {...needs, gradientCheckpointing: false, teacher: false, projections: false};
    const estimate = estimateMemory(plain, {name: 'wasm', device: 'CPU'});
    expect(estimate.checkpoint).toBe(3 * 4 * 2);
  });

  it('does not merge with one of yet another class', async () => {
    const folder = await temporaryFolder();
    const base = await save(join(folder, 'base'), initialiseParams(config, 1), {});
    const expert = join(folder, 'expert');
    await savePretrained(expert, {
      unetConfig: UNet2DConfig.parse({}),
      schedulerConfig: SchedulerConfig.parse({}),
      params: initialiseParams(config, 2),
      record: ModelRecord.parse({role: 'expert'}),
      dtype: 'F32',
    });
    const request = {base, experts: [{path: expert}], weights: [1], out: join(folder, 'out'), tool: 'test'};
    await expect(mergeModels({...request, dtype: 'F32'})).rejects.toMatchObject({
      code: 'merge-config',
      message: expect.stringContaining('_class_name of expert 0 (expert) is "UNet2DModel"') as string,
    });
  });
});
