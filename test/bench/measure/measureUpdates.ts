import * as tf from '@tensorflow/tfjs-core';
import {loadPretrained} from '../../../trainer/models/pretrained.ts';
import {flatLayout, flatten} from '../../../trainer/nn/flatParams.ts';
import type {Params} from '../../../trainer/nn/params.ts';
import type {MicroBatch} from '../../../trainer/train/microBatch.ts';
import {TrainProgram, type UpdateLosses} from '../../../trainer/train/trainProgram.ts';
import {disposeState, initialState} from '../../../trainer/train/trainState.ts';
import {readBenchData, type BenchData} from '../benchData.ts';
import type {BenchResult, BenchTask} from '../contract.ts';
import {peakMemory} from './peakMemory.ts';
import {timeChunks} from './timeChunks.ts';
import {withProjections} from '../../helpers/models/withProjections.ts';

type Losses = BenchResult['losses'][number];

/** Trains one DeMe expert as the train stage does, with the batches of the file; `ready` is awaited before the clock runs. */
export async function measureUpdates(
  task: BenchTask,
  ready: () => Promise<void>,
): Promise<Omit<BenchResult, 'engine'>> {
  const data = await readBenchData(task.data);
  const {folder, denoiser, schedule, params} = await loadPretrained(task.model);
  const {consistency, teacherPrecision, ...config} = task.training;
  const initial = withProjections(params, folder.unetConfig, 'full');
  const setting = {denoiser, schedule, teacher: params, consistency, teacherPrecision};
  const program = startProgram(setting, config, initial, data);
  const losses = await runUpdates(program, data, task.warmup);
  await ready();
  const times = await timeChunks(task, (count) => runUpdates(program, data, count));
  // Before the check, which copies the weights.
  const peak = peakMemory();
  return {type: 'result', losses, ...times, peak, check: await averageDistance(program, initial)};
}

function startProgram(
  setting: TrainProgram['setting'],
  config: TrainProgram['config'],
  initial: Params,
  data: BenchData,
): TrainProgram {
  const state = initialState(initial, config.ema !== null);
  const example = microBatch(data, 0);
  const program = new TrainProgram(setting, config, flatLayout(initial), state, example);
  disposeState(state);
  tf.dispose([example.images, example.noise]);
  return program;
}

/** Losses are read back together, after the last update, as the training loop does. */
async function runUpdates(program: TrainProgram, data: BenchData, count: number): Promise<Losses[]> {
  const waiting: UpdateLosses[] = [];
  for (let i = 0; i < count; i++) {
    const batch = microBatch(data, program.updates);
    waiting.push(program.update([batch]));
    tf.dispose([batch.images, batch.noise]);
  }
  return Promise.all(waiting.map(readLosses));
}

async function readLosses({losses: {denoise, consistency}, gradientNorm}: UpdateLosses): Promise<Losses> {
  const [a, b, [norm = NaN]] = await Promise.all([denoise.data(), consistency.data(), gradientNorm.data()]);
  tf.dispose([denoise, consistency, gradientNorm]);
  return [mean(a), mean(b), norm];
}

/** Copies, since a tensor may take over the array that it is given. */
function microBatch({shape, batches, condition}: BenchData, update: number): MicroBatch {
  const batch = batches[update % batches.length];
  if (batch === undefined) throw new Error('the data file holds no batch');
  const {images, noise, timesteps} = batch;
  return {
    images: tf.tensor4d(images.slice(), [...shape]),
    noise: tf.tensor4d(noise.slice(), [...shape]),
    timesteps,
    condition,
  };
}

/** Euclidean distance of the EMA from the first weights. */
async function averageDistance(program: TrainProgram, initial: Params): Promise<number> {
  const state = program.state();
  const distance = tf.tidy(() => {
    const before = flatten([...initial.values()], program.layout);
    const moved = (state.ema ?? state.weights).map((segment, i) => tf.sub(segment, before[i] as tf.Tensor1D));
    return tf.sqrt(tf.addN(moved.map((segment) => tf.sum(tf.square(segment)))));
  });
  const [value = NaN] = await distance.data();
  distance.dispose();
  disposeState(state);
  return value;
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}
