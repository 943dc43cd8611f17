import * as tf from '@tensorflow/tfjs-core';
import type {NewRunEvent} from '../contract/events.ts';
import type {TrainingConfig} from '../contract/training.ts';
import {trainBatch} from '../data/batches.ts';
import type {ImageSource} from '../data/dataset.ts';
import {drawTimesteps, type TimestepRange} from '../deme/timesteps.ts';
import {checkEngine} from '../engine/checkEngine.ts';
import {flatLayout, unflatten, type FlatLayout} from '../nn/flatParams.ts';
import {disposeParams, type Params} from '../nn/params.ts';
import {createRandom} from '../random.ts';
import {loadLatestCheckpoint, saveCheckpoint, type CheckpointIdentity} from './checkpoint.ts';
import {hashParams} from './paramsHash.ts';
import {StepLog} from './stepLog.ts';
import type {LossSetting} from './lossAndGradient.ts';
import type {MicroBatch} from './microBatch.ts';
import {TrainProgram} from './trainProgram.ts';
import {disposeState, initialState} from './trainState.ts';

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
  const teacherHash = setting.teacher && (await hashParams(setting.teacher));
  const program = await startProgram(task, layout, identity);
  const log = new StepLog(task.stage, config, setting.schedule.timesteps, program.updates, hooks.emit);
  const save = () => checkpoint(task, hooks, program, identity, log);
  try {
    while (program.updates < config.updates) {
      if ((await hooks.nextAction()) === 'stop') {
        await save();
        return null;
      }
      checkEngine();
      const batches = await drawUpdate(task, program.updates);
      const losses = program.update(batches);
      disposeBatches(batches);
      await log.add(program.updates, losses);
      if (program.updates % config.checkpointEvery === 0 || program.updates === config.updates) await save();
      await probe(hooks, config, program);
    }
    if (setting.teacher && (await hashParams(setting.teacher)) !== teacherHash)
      throw new Error('the teacher changed during training');
    return averagedParams(program);
  } finally {
    log.dispose();
    program.dispose();
  }
}

/** The program at the latest checkpoint, or at the beginning. */
async function startProgram(task: TrainTask, layout: FlatLayout, identity: CheckpointIdentity): Promise<TrainProgram> {
  const withEma = task.config.ema !== null;
  const latest = await loadLatestCheckpoint(task.checkpoints, layout, identity, withEma);
  const state = latest ?? initialState(task.initial, withEma);
  const example = await drawMicroBatch(task, state.update, 0);
  try {
    return new TrainProgram(task.setting, task.config, layout, state, example);
  } finally {
    disposeBatches([example]);
    disposeState(state);
  }
}

/** The weights that count (EMA where it is on), owned by the caller. */
function averagedParams(program: TrainProgram): Params {
  const state = program.state();
  const params = unflatten(state.ema ?? state.weights, program.layout);
  disposeState(state);
  return params;
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
  program: TrainProgram,
  identity: CheckpointIdentity,
  log: StepLog,
): Promise<void> {
  await log.flush(program.updates);
  const state = program.state();
  try {
    const {keepCheckpoints} = task.config;
    const folder = await saveCheckpoint(task.checkpoints, state, program.layout, identity, keepCheckpoints);
    hooks.emit({type: 'checkpoint', stage: task.stage, update: state.update, folder});
  } finally {
    disposeState(state);
  }
}

async function probe(hooks: TrainHooks, config: TrainingConfig, program: TrainProgram): Promise<void> {
  if (!hooks.probe || (program.updates % hooks.probe.every !== 0 && program.updates !== config.updates)) return;
  const params = averagedParams(program);
  try {
    await hooks.probe.measure(params, program.updates);
  } finally {
    disposeParams(params);
  }
}
