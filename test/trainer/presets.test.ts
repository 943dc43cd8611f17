import {readFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import type {DecoupleConfig, DemeConfig} from '../../trainer/contract/config/config.ts';
import {parseConfig} from '../../trainer/contract/config/parseConfig.ts';
import {SchedulerConfig} from '../../trainer/contract/model/schedulerConfig.ts';
import {UNet2DConfig} from '../../trainer/contract/model/unet2dConfig.ts';
import {architectureOf} from '../../trainer/models/architectures.ts';
import {initialiseParams} from '../../trainer/models/initialise.ts';
import {createUNet2D} from '../../trainer/models/unet2d.ts';
import {flatLayout} from '../../trainer/nn/flatParams.ts';
import {countParams, disposeParams} from '../../trainer/nn/params.ts';
import {addIdentityProjections} from '../../trainer/nn/projections.ts';
import {runRanges} from '../../trainer/pipeline/runRanges.ts';
import {createRandom} from '../../trainer/random.ts';
import {createSchedule} from '../../trainer/schedulers/schedule.ts';
import type {MicroBatch} from '../../trainer/train/microBatch.ts';
import {TrainProgram} from '../../trainer/train/trainProgram.ts';
import {disposeState, initialState, type TrainState} from '../../trainer/train/trainState.ts';
import {joined} from '../helpers/joined.ts';
import {describeOnEngines} from '../helpers/engines.ts';

const google = {
  norm_eps: 1e-6,
  downsample_padding: 0,
  flip_sin_to_cos: false,
  freq_shift: 1,
  attention_head_dim: null,
};

const ddpmCifar10 = UNet2DConfig.parse({
  ...google,
  sample_size: 32,
  block_out_channels: [128, 256, 256, 256],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
});

/** ddpm-ema-church-256 and ddpm-ema-bedroom-256. */
const ddpmLsun = UNet2DConfig.parse({
  ...google,
  sample_size: 256,
  block_out_channels: [128, 128, 256, 256, 512, 512],
  down_block_types: ['DownBlock2D', 'DownBlock2D', 'DownBlock2D', 'DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D', 'UpBlock2D', 'UpBlock2D', 'UpBlock2D'],
});

interface Published {
  network: UNet2DConfig;
  parameters: number;
  withProjections: number;
  /** Pixels of the images here; the LSUN networks take any multiple of 32, so a crop will do. */
  size: number;
}

const cifar10: Published = {network: ddpmCifar10, parameters: 35_746_307, withProjections: 36_237_827, size: 32};
const lsun: Published = {network: ddpmLsun, parameters: 113_673_219, withProjections: 115_311_619, size: 64};

function readPreset(name: string): {config: DemeConfig; decouple: DecoupleConfig} {
  const file = new URL(`../../media/presets/${name}.deme.yaml`, import.meta.url);
  const config = parseConfig(readFileSync(file, 'utf8'), `${name}.deme.yaml`);
  if (config.decouple === undefined) throw new Error(`${name} trains no experts`);
  return {config, decouple: config.decouple};
}

/** One image of noise at one timestep: all batches of an update would take minutes. */
function microBatch(size: number, timestep: number): MicroBatch {
  const shape: [number, number, number, number] = [1, size, size, 3];
  const normals = (what: string) => createRandom(timestep, what).fillNormal(new Float32Array(size * size * 3));
  return {
    images: tf.tensor4d(normals('image').map(Math.tanh), shape),
    noise: tf.tensor4d(normals('noise'), shape),
    timesteps: [timestep],
  };
}

async function first(tensor: tf.Tensor): Promise<number> {
  const [value = NaN] = await tensor.data();
  tensor.dispose();
  return value;
}

/** Trains two updates as the preset says, on random weights of the published network, and checks what must hold of them. */
async function expectTrains(preset: string, {network, parameters, withProjections, size}: Published): Promise<void> {
  const {decouple} = readPreset(preset);
  const config = {...decouple, accumulation: 1};
  const schedule = createSchedule(SchedulerConfig.parse({}));
  const teacher = initialiseParams(network, 1);
  const initial = addIdentityProjections(teacher, architectureOf(network).projectionSites, decouple.projection);
  expect([countParams(teacher), countParams(initial)]).toEqual([parameters, withProjections]);
  const setting = {denoiser: createUNet2D(network), schedule, teacher, consistency: decouple.consistency};
  const before = initialState(initial, decouple.ema !== null);
  const batches = [250, 999].map((timestep) => microBatch(size, timestep));
  const program = new TrainProgram(setting, config, flatLayout(initial), before, batches[0] ?? expect.fail());
  for (const [update, batch] of batches.entries()) {
    const {losses, gradientNorm} = program.update([batch]);
    tf.dispose([batch.images, batch.noise]);
    const [denoise, consistency] = [await first(losses.denoise), await first(losses.consistency)];
    expect(denoise).toBeGreaterThan(0.5);
    expect(denoise).toBeLessThan(2);
    if (update === 0) expect(consistency).toBeLessThan(1e-9);
    else expect(consistency).toBeGreaterThan(0);
    const norm = await first(gradientNorm);
    expect(norm).toBeGreaterThan(0);
    expect(norm).toBeLessThan(Infinity);
  }
  const after = program.state();
  program.dispose();
  await expectMoved(await joined(before.weights).data(), after, decouple.optimizer.learningRate);
  [before, after].forEach(disposeState);
  [initial, teacher].forEach(disposeParams);
}

/** Nearly all weights have moved, by the learning rate an update at most; and the second average lies between the two weights. */
async function expectMoved(start: ArrayLike<number>, {weights, ema}: TrainState, learningRate: number): Promise<void> {
  const [after, average] = [
    await joined(weights).data(),
    await joined(ema ?? expect.fail('the presets average the weights')).data(),
  ];
  let [moved, farthest, farthestAverage] = [0, 0, 0];
  for (let i = 0; i < after.length; i++) {
    const [value = NaN, distance] = [after[i], Math.abs((after[i] ?? NaN) - (start[i] ?? NaN))];
    if (!Number.isFinite(value)) expect.fail(`weight ${i} is ${value}`);
    if (distance > 0) moved++;
    farthest = Math.max(farthest, distance);
    farthestAverage = Math.max(farthestAverage, Math.abs((average[i] ?? NaN) - value));
  }
  expect(moved / after.length).toBeGreaterThan(0.9);
  expect(farthest).toBeLessThan(2.1 * learningRate);
  expect(farthestAverage).toBeGreaterThan(0);
  expect(farthestAverage).toBeLessThan(1.1 * learningRate);
}

describe('the presets', () => {
  it.each(['cifar10', 'lsun-church', 'lsun-bedroom'])('%s divides the timesteps into four ranges', async (preset) => {
    const {config} = readPreset(preset);
    const ranges = await runRanges('run', {folder: '', baseFolder: null, config}, 1000);
    expect(ranges).toEqual([
      [0, 250],
      [250, 500],
      [500, 750],
      [750, 1000],
    ]);
  });
});

describeOnEngines('a preset on the network that it is for', (engine) => {
  const timeout = 600_000;

  // On wasm it takes minutes; the updates themselves are compared with PyTorch on both engines elsewhere.
  it.skipIf(engine === 'wasm')('trains ddpm-cifar10-32', {timeout}, () => expectTrains('cifar10', cifar10));

  // Weights, moments, averages and gradients of these take more than the memory of wasm.
  it.skipIf(engine === 'wasm')('trains ddpm-ema-church-256', {timeout}, () => expectTrains('lsun-church', lsun));

  it.skipIf(engine === 'wasm')('trains ddpm-ema-bedroom-256', {timeout}, () => expectTrains('lsun-bedroom', lsun));
});
