import * as tf from '@tensorflow/tfjs-core';
import type {NewRunEvent} from '../contract/events.ts';
import type {TrainingConfig} from '../contract/training.ts';
import {trainBatch} from '../data/batches.ts';
import type {ImageSource} from '../data/dataset.ts';
import {drawTimesteps, type TimestepRange} from '../deme/timesteps.ts';
import {checkWasmMemory} from '../engine/wasmMemory.ts';
import {flatLayout, unflatten, type FlatLayout} from '../nn/flatParams.ts';
import {disposeParams, type Params} from '../nn/params.ts';
import {createRandom} from '../random.ts';
import {loadLatestCheckpoint, saveCheckpoint, type CheckpointIdentity} from './checkpoint.ts';
import {hashParams} from './paramsHash.ts';
import {StepLog} from './stepLog.ts';
import {disposeState, initialState, type TrainState} from './trainState.ts';
import {trainUpdate} from './trainUpdate.ts';
import type {LossSetting, MicroBatch} from './lossAndGradient.ts';

/** One training: an expert, the ordinary finetune, or a pretraining. */
export interface TrainTask {
  /** Name in events, and part of every random draw: two stages of a run never share noise. */
  readonly stage: string;
  readonly config: TrainingConfig;
  readonly setting: LossSetting;
  /** Weights to start from, projections included; stay the caller's. */
  readonly initial: Params;
  readonly range: TimestepRange;
  readonly probability: number;
  readonly images: ImageSource;
  readonly flip: boolean;
  readonly randomCrop: boolean;
  /** Folder of the checkpoints; an existing one there is continued. */
  readonly checkpoints: string;
}

export interface TrainHooks {
  emit(event: NewRunEvent): void;
  /** Asked before every update; waits while the run is paused. */
  nextAction(): Promise<'train' | 'stop'>;
  /** Called every `every` updates and after the last with the weights that would be saved (EMA where it is on). */
  probe?: {every: number; measure(params: Params, update: number): Promise<void>};
}

/** The trained weights (EMA where it is on), owned by the caller; null when it was stopped before the last update. */
export type TrainOutcome = Params | null;

/** Trains to the last update or to a stop, with events and checkpoints on the way. Throws a UserError when the loss is not finite. */
export async function train(task: TrainTask, hooks: TrainHooks): Promise<TrainOutcome> {
  const {config, setting} = task;
  const layout = flatLayout(task.initial);
  const identity = {seed: config.seed, dataFingerprint: task.images.fingerprint};
  const withEma = config.ema !== null;
  const teacherHash = setting.teacher && (await hashParams(setting.teacher));
  let state =
    (await loadLatestCheckpoint(task.checkpoints, layout, identity, withEma)) ?? initialState(task.initial, withEma);
  let params = unflatten(state.weights, layout);
  const log = new StepLog(task.stage, config, setting.schedule.timesteps, state.update, hooks.emit);
  try {
    while (state.update < config.updates) {
      if ((await hooks.nextAction()) === 'stop') {
        await checkpoint(task, hooks, state, layout, identity, log);
        return null;
      }
      checkWasmMemory();
      const batches = await drawUpdate(task, state.update);
      const next = trainUpdate(setting, config, layout, state, params, batches);
      disposeBatches(batches);
      ({state, params} = next);
      await log.add(state.update, next.losses);
      if (state.update % config.checkpointEvery === 0 || state.update === config.updates) {
        await checkpoint(task, hooks, state, layout, identity, log);
      }
      await probe(hooks, config, state, layout);
    }
    if (setting.teacher && (await hashParams(setting.teacher)) !== teacherHash)
      throw new Error('the teacher changed during training');
    return unflatten(state.ema ?? state.weights, layout);
  } finally {
    log.dispose();
    disposeState(state);
    disposeParams(params);
  }
}

/** The micro-batches of an update: pure in (seed, stage, update), which is what makes a resumed run equal to an unbroken one. */
async function drawUpdate(task: TrainTask, update: number): Promise<MicroBatch[]> {
  const batches: MicroBatch[] = [];
  for (let micro = 0; micro < task.config.accumulation; micro++) {
    batches.push(await drawMicroBatch(task, update, micro));
  }
  return batches;
}

async function drawMicroBatch(task: TrainTask, update: number, micro: number): Promise<MicroBatch> {
  const {config, setting, stage} = task;
  const random = (what: string) => createRandom(config.seed, stage, what, update, micro);
  const pixels = await trainBatch({
    source: task.images,
    batch: config.batch,
    seed: config.seed,
    index: update * config.accumulation + micro,
    flip: task.flip,
    randomCrop: task.randomCrop,
  });
  const shape: [number, number, number, number] = [config.batch, ...task.images.shape];
  const draw = {
    range: task.range,
    timesteps: setting.schedule.timesteps,
    batch: config.batch,
    probability: task.probability,
    draw: config.draw,
  };
  return {
    images: tf.tensor4d(pixels, shape),
    noise: tf.tensor4d(random('noise').fillNormal(new Float32Array(pixels.length)), shape),
    timesteps: drawTimesteps(draw, random('timesteps')),
    dropoutSeed: config.dropout ? random('dropout').uint32() : undefined,
  };
}

function disposeBatches(batches: readonly MicroBatch[]): void {
  for (const {images, noise} of batches) tf.dispose([images, noise]);
}

/** Losses are read before a checkpoint is written, so that weights spoilt by a loss that is not finite never reach the disk. */
async function checkpoint(
  task: TrainTask,
  hooks: TrainHooks,
  state: TrainState,
  layout: FlatLayout,
  identity: CheckpointIdentity,
  log: StepLog,
): Promise<void> {
  await log.flush(state.update);
  const folder = await saveCheckpoint(task.checkpoints, state, layout, identity, task.config.keepCheckpoints);
  hooks.emit({type: 'checkpoint', stage: task.stage, update: state.update, folder});
}

async function probe(hooks: TrainHooks, config: TrainingConfig, state: TrainState, layout: FlatLayout): Promise<void> {
  if (!hooks.probe || (state.update % hooks.probe.every !== 0 && state.update !== config.updates)) return;
  const params = unflatten(state.ema ?? state.weights, layout);
  try {
    await hooks.probe.measure(params, state.update);
  } finally {
    disposeParams(params);
  }
}
