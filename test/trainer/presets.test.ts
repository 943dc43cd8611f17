import {readFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import type {DecoupleConfig, DemeConfig} from '../../trainer/contract/config/config.ts';
import {parseConfig} from '../../trainer/contract/config/parseConfig.ts';
import {SchedulerConfig} from '../../trainer/contract/model/schedulerConfig.ts';
import type {NetworkConfig} from '../../trainer/contract/model/networkConfig.ts';
import {UNet2DConditionConfig} from '../../trainer/contract/model/unet2dConditionConfig.ts';
import {UNet2DConfig} from '../../trainer/contract/model/unet2dConfig.ts';
import {architectureOf, countParameters, createDenoiser} from '../../trainer/models/architectures.ts';
import {initialiseParams} from '../../trainer/models/initialise.ts';
import {flatLayout} from '../../trainer/nn/flatParams.ts';
import {countParams, disposeParams} from '../../trainer/nn/params.ts';
import {addIdentityProjections} from '../../trainer/nn/projections.ts';
import {runRanges} from '../../trainer/pipeline/runRanges.ts';
import {createRandom} from '../../trainer/random.ts';
import {createSchedule} from '../../trainer/schedulers/schedule.ts';
import type {MicroBatch} from '../../trainer/train/microBatch.ts';
import {TrainProgram} from '../../trainer/train/trainProgram.ts';
import {disposeState, initialState, type TrainState} from '../../trainer/train/trainState.ts';
import {joined} from '../helpers/models/joined.ts';
import {isLong} from '../helpers/longTests.ts';
import {describeOnEngines} from '../helpers/engine/engines.ts';

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
  network: NetworkConfig;
  parameters: number;
  withProjections: number;
  /** Pixels of the images here; the LSUN networks take any multiple of 32, so a crop will do. */
  size: number;
  /** Width of the states of its texts; left out: it takes none. */
  contextWidth?: number;
}

/** The network of Stable Diffusion 1, of a width. */
function stableDiffusion(channels: readonly number[], cross_attention_dim: number): UNet2DConditionConfig {
  return UNet2DConditionConfig.parse({
    sample_size: 64,
    in_channels: 4,
    out_channels: 4,
    block_out_channels: channels,
    cross_attention_dim,
    attention_head_dim: 8,
    norm_num_groups: Math.min(32, channels[0] ?? 0),
    down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
    up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
  });
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
function microBatch({network, size, contextWidth}: Published, timestep: number): MicroBatch {
  const shape: [number, number, number, number] = [1, size, size, network.in_channels];
  const normals = (what: string, count: number) => createRandom(timestep, what).fillNormal(new Float32Array(count));
  const pixels = size * size * network.in_channels;
  const states = (width: number) => tf.tensor3d(normals('text', 77 * width), [1, 77, width]);
  return {
    images: tf.tensor4d(normals('image', pixels).map(Math.tanh), shape),
    noise: tf.tensor4d(normals('noise', pixels), shape),
    timesteps: [timestep],
    ...(contextWidth !== undefined && {condition: {context: states(contextWidth)}}),
  };
}

async function first(tensor: tf.Tensor): Promise<number> {
  const [value = NaN] = await tensor.data();
  tensor.dispose();
  return value;
}

/** Trains two updates as the preset says, on random weights of the published network, and checks what must hold of them. */
async function expectTrains(preset: string, published: Published): Promise<void> {
  const {network, parameters, withProjections} = published;
  const {decouple} = readPreset(preset);
  const config = {...decouple, accumulation: 1};
  const schedule = createSchedule(SchedulerConfig.parse({}));
  const teacher = initialiseParams(network, 1);
  const initial = addIdentityProjections(teacher, architectureOf(network).projectionSites, decouple.projection);
  expect([countParams(teacher), countParams(initial)]).toEqual([parameters, withProjections]);
  const setting = {denoiser: createDenoiser(network), schedule, teacher, consistency: decouple.consistency};
  const before = initialState(initial, decouple.ema !== null);
  const batches = [250, 999].map((timestep) => microBatch(published, timestep));
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
  it.each(['cifar10', 'lsun-church', 'lsun-bedroom', 'sd-coco30k', 'sd-imagenet1k', 'sd-partiprompts'])(
    '%s divides the timesteps into four ranges',
    async (preset) => {
      const {config} = readPreset(preset);
      const ranges = await runRanges('run', {folder: '', baseFolder: null, config}, 1000);
      expect(ranges).toEqual([
        [0, 250],
        [250, 500],
        [500, 750],
        [750, 1000],
      ]);
    },
  );
});

it('puts 1.06 % more parameters into Stable Diffusion 1, as the paper says', () => {
  const counts = countParameters(createDenoiser(stableDiffusion([320, 640, 1280, 1280], 768)));
  expect(counts).toEqual({stock: 859_520_964, projections: 9_216_000});
});

describeOnEngines('a preset on the network that it is for', (engine) => {
  const timeout = 600_000;

  // On wasm it takes minutes; the updates themselves are compared with PyTorch on both engines elsewhere.
  it.skipIf(engine === 'wasm')('trains ddpm-cifar10-32', {timeout}, () => expectTrains('cifar10', cifar10));

  // Weights, moments, averages and gradients of these take more than the memory of wasm.
  it.skipIf(engine === 'wasm' || !isLong)('trains ddpm-ema-church-256', {timeout}, () =>
    expectTrains('lsun-church', lsun),
  );

  // To train it again would repeat the same updates, number by number.
  it('trains ddpm-ema-bedroom-256 just so', () => {
    expect(readPreset('lsun-bedroom').decouple).toEqual(readPreset('lsun-church').decouple);
  });

  // The network itself has more weights than a test machine has memory for updates of them. Its three presets train in the same way.
  it('trains a narrow Stable Diffusion', {timeout}, () => {
    const network = stableDiffusion([8, 16, 16, 16], 16);
    const {stock, projections} = countParameters(createDenoiser(network));
    const counts = {parameters: stock, withProjections: stock + projections};
    // Below that, the deepest level is a single pixel, and most taps of its kernels see padding alone.
    return expectTrains('sd-coco30k', {network, ...counts, size: 16, contextWidth: 16});
  });
});
