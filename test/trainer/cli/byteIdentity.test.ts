import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {LossRecord} from '../../../trainer/contract/run/pipeline.ts';
import {ModelRecord} from '../../../trainer/contract/run/records.ts';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {UNet2DConfig} from '../../../trainer/contract/model/unet2dConfig.ts';
import {decodePng} from '../../../trainer/data/pictures/png.ts';
import {initialiseParams} from '../../../trainer/models/initialise.ts';
import {savePretrained} from '../../../trainer/models/pretrained.ts';
import {disposeParams} from '../../../trainer/nn/params.ts';
import {readModelFolder} from '../../../trainer/store/weights/modelFolder.ts';
import {hashBytes} from '../../../trainer/store/hashes/sha256.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {deme} from '../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../helpers/runs/tinyExperiment.ts';

/** What a run of fixed seeds made on wasm, which computes the same bits on every machine, written down from version 0.1.0. */
const expected = {
  'expert-0': '9c7c5b866ed4fcb5e453568db8d665948f5ff630d283b4765a982fb8e8538487',
  'expert-1': 'e686a2349558157e14f0540ba2f137861854d541058a96a41542155c7a321148',
  ordinary: 'ba313423e379458637207a2f3ac89ff193aa2135bd067fa12b12afa15bf5a847',
  merged: '3bd00ee600567df357e37e28371ebc7e8232860cdea041075a834e6f49cfa288',
  resumed: 'e686a2349558157e14f0540ba2f137861854d541058a96a41542155c7a321148',
  recipe: '3bd00ee600567df357e37e28371ebc7e8232860cdea041075a834e6f49cfa288',
  losses: 'ba050ef515509585b29e16e348fdc1e54a14613ad33beb1740ca40fb534df16c',
  samples: '4ffb131e3b5f6086dae6bacfc829ff804e50db540f15712abad48597ba42dd7e',
};

const attentive = UNet2DConfig.parse({
  sample_size: 8,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4, 8],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 2,
  attention_head_dim: 4,
});

async function experiment(updates: number): Promise<string> {
  const folder = await temporaryFolder();
  const config = await writeTinyExperiment(folder, {
    base: 'attentive',
    ordinary: true,
    decouple: {ranges: 2, updates, batch: 4, accumulation: 2, optimizer: {learningRate: 1e-3}, checkpointEvery: 3},
    evaluate: {heldOut: {images: 4, timesteps: 1}, sampling: {steps: 3, batch: 4, eta: 0.5, sampler: 'ddim'}, grid: 4},
    merge: {search: {budget: 9, images: 4, timesteps: 1}},
  });
  const params = initialiseParams(attentive, 3);
  await savePretrained(join(folder, 'attentive'), {
    unetConfig: attentive,
    schedulerConfig: SchedulerConfig.parse({}),
    params,
    record: ModelRecord.parse({role: 'base'}),
    dtype: 'F32',
  });
  disposeParams(params);
  return config;
}

async function call(...args: readonly string[]): Promise<void> {
  const {code, stdout, stderr} = await deme(args);
  expect(code, stderr + stdout).toBe(0);
}

const weights = async (folder: string) => (await readModelFolder(folder)).weightsHash();

describe('a run of fixed seeds', {timeout: 300_000}, () => {
  useCpuBackend();

  it('makes the same bytes as ever', async () => {
    const config = await experiment(6);
    const folder = join(config, '..');
    const run = join(folder, '.deme', 'runs', 'tiny-1');
    await call('run', config);
    const model = (name: string) => join(run, 'models', name);
    await call('merge', '--recipe', model('merged'), '--out', join(folder, 'again'));
    const losses = await readFile(join(run, 'evaluations', 'ensemble', 'losses.json'), 'utf8');
    const {values} = LossRecord.parse(JSON.parse(losses));
    const grid = decodePng(await readFile(join(run, 'evaluations', 'merged', 'samples.png')));

    const extended = await experiment(4);
    const resumed = join(extended, '..', '.deme', 'runs', 'tiny-1');
    await call('finetune', extended);
    await call('extend', resumed, '--updates', '6');

    expect({
      'expert-0': await weights(model('expert-0')),
      'expert-1': await weights(model('expert-1')),
      ordinary: await weights(model('ordinary')),
      merged: await weights(model('merged')),
      resumed: await weights(join(resumed, 'models', 'expert-1')),
      recipe: await weights(join(folder, 'again')),
      losses: hashBytes(JSON.stringify(values)),
      samples: hashBytes(grid.pixels),
    }).toEqual(expected);
  });
});
