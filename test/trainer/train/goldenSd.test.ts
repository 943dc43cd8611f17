import {readFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {TrainingConfig} from '../../../trainer/contract/config/training.ts';
import {isProjection} from '../../../trainer/contract/model/projectionName.ts';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {UNet2DConditionConfig} from '../../../trainer/contract/model/unet2dConditionConfig.ts';
import {createDenoiser} from '../../../trainer/models/architectures.ts';
import {fileShape, toFileOrder} from '../../../trainer/models/layout.ts';
import {loadParams} from '../../../trainer/models/loadParams.ts';
import {flatLayout, unflatten, type FlatLayout, type FlatVector} from '../../../trainer/nn/flatParams.ts';
import {param} from '../../../trainer/nn/params.ts';
import {lossMultiplier} from '../../../trainer/schedulers/lossWeighting.ts';
import {createSchedule} from '../../../trainer/schedulers/schedule.ts';
import {openSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {openWeightsFile} from '../../../trainer/store/weights/weightsFile.ts';
import type {MicroBatch} from '../../../trainer/train/microBatch.ts';
import {TrainProgram} from '../../../trainer/train/trainProgram.ts';
import {initialState} from '../../../trainer/train/trainState.ts';
import {maxAbsDifference} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {goldenSdArray, goldenSdFolder, goldenSdImages, goldenSdTensor} from '../../helpers/golden/goldenSd.ts';
import {fromNchw} from '../../helpers/models/referenceLoop.ts';
import {itLong} from '../../helpers/longTests.ts';
import {withProjections} from '../../helpers/models/withProjections.ts';

/** What one update measured in PyTorch; `micro`: denoising and consistency loss of each micro-batch. */
interface GoldenUpdate {
  readonly denoise: number;
  readonly consistency: number;
  readonly micro?: readonly (readonly [number, number])[];
  readonly grad_norm: number;
}

interface GoldenRun {
  readonly log: readonly GoldenUpdate[];
  readonly delta_norm: number;
  readonly adapter_delta_norm: number;
}

const golden = JSON.parse(readFileSync(goldenSdFolder('train/train.json'), 'utf8')) as {
  images_of_step: number[][];
  dropped: boolean[][];
  runs: Record<string, GoldenRun>;
};

const scaling = 0.18215;

interface RunSettings {
  readonly model?: 'sd1' | 'sd2';
  readonly dropout?: boolean;
  readonly config?: Partial<TrainingConfig>;
}

/** The updates of a golden run, and what they leave behind. */
async function trainGolden(name: string, {model = 'sd1', dropout = false, config: changes = {}}: RunSettings = {}) {
  const {log, ...norms} = golden.runs[name] ?? expect.fail(name);
  const config = TrainingConfig.parse({updates: log.length, batch: 2, ...changes});
  const folder = goldenSdFolder(`${model}/unet`);
  const unetConfig = UNet2DConditionConfig.parse(JSON.parse(readFileSync(`${folder}/config.json`, 'utf8')));
  const denoiser = createDenoiser(unetConfig);
  const reader = await openWeightsFile(`${folder}/diffusion_pytorch_model.safetensors`);
  const teacher = await loadParams(reader, denoiser.shapes).finally(() => reader.close());
  const initial = withProjections(teacher, unetConfig, 'full');
  const schedule = createSchedule(
    SchedulerConfig.parse({
      beta_schedule: 'scaled_linear',
      beta_start: 0.00085,
      beta_end: 0.012,
      prediction_type: model === 'sd2' ? 'v_prediction' : 'epsilon',
    }),
  );
  const setting = {denoiser, schedule, teacher, consistency: 1, weighting: config.lossWeighting};
  const layout = flatLayout(initial);
  const batchOf = (step: number) => goldenBatch(step, model, dropout);
  const program = new TrainProgram(setting, config, layout, initialState(initial, true), await batchOf(0));
  for (const [update, row] of log.entries()) {
    const steps = Array.from({length: config.accumulation}, (_, k) => (update * config.accumulation + k) % 5);
    const made = program.update(await Promise.all(steps.map(batchOf)));
    const weights = made.timesteps.map((t) => lossMultiplier(schedule, config.lossWeighting ?? {kind: 'none'}, t));
    await expectLosses(made.losses, weights, row.micro ?? [[row.denoise, row.consistency]]);
    expectRelative((await made.gradientNorm.data())[0] ?? NaN, row.grad_norm, 1e-5);
  }
  const state = program.state();
  program.dispose();
  return {state, layout, initial, norms};
}

/** A step of the golden data, from the moments of its images on. */
async function goldenBatch(step: number, model: 'sd1' | 'sd2', dropout: boolean): Promise<MicroBatch> {
  const mean = await goldenSdImages('train', 'moments_mean');
  const logVariance = await goldenSdImages('train', 'moments_logvar');
  const shown = golden.images_of_step[step] ?? [];
  const drop = dropout && golden.dropped[step]?.includes(true) === true;
  const context = model === 'sd2' ? 'v.context' : `embeddings${drop ? '_dropout' : ''}.${step}`;
  const timesteps = (await goldenSdArray('train', 'timesteps')).values.slice(2 * step, 2 * step + 2);
  const std = tf.exp(tf.mul(tf.gather(logVariance, shown), 0.5));
  const drawn = tf.add(tf.gather(mean, shown), tf.mul(std, await noiseOf(step, 'sample_noise')));
  return {
    images: tf.mul<tf.Tensor4D>(drawn, scaling),
    noise: await noiseOf(step, 'noise'),
    timesteps: [...timesteps],
    condition: {context: await goldenSdTensor<tf.Rank.R3>('train', context)},
  };
}

/** [N,h,w,C] of the noise [steps,N,C,h,w]. */
async function noiseOf(step: number, name: string): Promise<tf.Tensor4D> {
  const {values, shape} = await goldenSdArray('train', name);
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  return fromNchw(values.subarray(step * size, (step + 1) * size), shape.slice(1));
}

/** The mean losses of the micro-batches, of two images each; the golden denoising losses are weighted, ours are not. */
async function expectLosses(
  {denoise, consistency}: {denoise: tf.Tensor1D; consistency: tf.Tensor1D},
  weights: readonly number[],
  expected: readonly (readonly [number, number])[],
): Promise<void> {
  const near = await consistency.data<'float32'>();
  const made = (await denoise.data<'float32'>()).map((loss, i) => loss * (weights[i] ?? NaN));
  for (const [micro, [wanted, wantedNear]] of expected.entries()) {
    const mean = (values: Float32Array) => ((values[2 * micro] ?? NaN) + (values[2 * micro + 1] ?? NaN)) / 2;
    expectRelative(mean(made), wanted, 1e-6);
    // An untrained student with identity projections is its teacher.
    if (wantedNear === 0) expect(mean(near)).toBeLessThan(1e-12);
    else expectRelative(mean(near), wantedNear, 1e-4);
  }
}

function expectRelative(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThanOrEqual(tolerance);
}

/** The tensors that a golden file has a sample of. */
async function expectParameters(vector: FlatVector, {layout}: {layout: FlatLayout}, file: string): Promise<void> {
  const params = unflatten(vector, layout);
  const reader = await openSafetensors(goldenSdFolder(`train/${file}.safetensors`));
  expect(reader.shapes.size).toBeGreaterThan(100);
  for (const [name, shape] of reader.shapes) {
    const tensor = param(params, name);
    expect(fileShape(tensor.shape), name).toEqual(shape);
    const difference = maxAbsDifference(
      toFileOrder(await tensor.data<'float32'>(), tensor.shape),
      await reader.read(name),
    );
    expect(difference, name).toBeLessThan(5e-6);
  }
  await reader.close();
}

/** How far base and projections have moved in all. */
async function expectMoved({state, initial, layout, norms}: Awaited<ReturnType<typeof trainGolden>>): Promise<void> {
  const squares = {delta: 0, adapter: 0};
  for (const [name, tensor] of unflatten(state.weights, layout)) {
    const [square = NaN] = await tf.sum(tf.squaredDifference(tensor, param(initial, name))).data();
    squares[isProjection(name) ? 'adapter' : 'delta'] += square;
  }
  expectRelative(Math.sqrt(squares.delta), norms.delta_norm, 1e-4);
  expectRelative(Math.sqrt(squares.adapter), norms.adapter_delta_norm, 1e-3);
}

/** Milliseconds; TensorFlow takes half a minute to record an update. */
const timeout = 600_000;

describeOnEngines('DeMe updates on latents with text against PyTorch', (engine) => {
  it(
    'repeats five updates and their average',
    async () => {
      const run = await trainGolden('plain');
      await expectParameters(run.state.weights, run, 'expert_plain_after5_sample');
      await expectParameters(run.state.ema ?? expect.fail(), run, 'ema_plain_after5_sample');
      await expectMoved(run);
    },
    timeout,
  );

  it(
    'repeats them with captions left out',
    async () => {
      const run = await trainGolden('dropout', {dropout: true});
      await expectParameters(run.state.weights, run, 'expert_dropout_after5_sample');
      await expectMoved(run);
    },
    timeout,
  );

  const itOnWasm = engine === 'wasm' ? it : itLong;
  itOnWasm.each<[string, RunSettings]>([
    ['accumulate2', {config: {accumulation: 2}}],
    ['min_snr_5', {config: {lossWeighting: {kind: 'min-snr', gamma: 5}}}],
    ['v_prediction_sd2', {model: 'sd2'}],
    ['plain', {config: {gradientCheckpointing: true}}],
  ])(
    'repeats losses, gradients and distances: %s %o',
    async (name, settings) => {
      await expectMoved(await trainGolden(name, settings));
    },
    timeout,
  );
});
