import * as tf from '@tensorflow/tfjs-core';
import type {NewRunEvent, RunEvent} from '../contract/run/events.ts';
import type {TrainingHistoryRecord} from '../contract/run/records.ts';
import type {TrainingConfig} from '../contract/config/training.ts';
import {trainBatch} from '../data/batches.ts';
import type {ImageSource} from '../data/dataset.ts';
import {drawTimesteps, type TimestepRange} from '../deme/timesteps.ts';
import {checkEngine} from '../engine/checkEngine.ts';
import {explainEngineError} from '../engine/engineLoss.ts';
import type {ImageSpace} from '../models/imageSpace.ts';
import {flatLayout} from '../nn/flatParams.ts';
import type {Params} from '../nn/params.ts';
import {createRandom} from '../random.ts';
import type {DiskWatch} from '../store/files/writeWithRoom.ts';
import {loadLatestCheckpoint, type LoadedCheckpoint} from './checkpoint.ts';
import {extended, learningRates, readHistory, writeHistory} from './trainingHistory.ts';
import {Divergence} from './divergence.ts';
import {averagedParams, drawPictures, identityOf, probe, save, type Training} from './checkpointing.ts';
import type {LossSetting} from './lossAndGradient.ts';
import type {MicroBatch} from './microBatch.ts';
import {hashParams} from './paramsHash.ts';
import {StepLog} from './stepLog.ts';
import {TrainProgram} from './trainProgram.ts';
import {disposeState, initialState} from './trainState.ts';
import {rollBack, withRollbackHint} from './rollback.ts';

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
  /** What the network sees of the images. */
  readonly space: ImageSpace;
  readonly flip: boolean;
  readonly randomCrop: boolean;
  /** Folder of the checkpoints; an existing one there is continued. */
  readonly checkpoints: string;
}

/** The events of a training that nobody may have written down yet. */
export interface EventOutbox {
  pending(): readonly RunEvent[];
  /** Tells events that a checkpoint has kept, as far as the log lacks them. */
  resend(events: readonly RunEvent[]): Promise<void>;
}

export interface TrainHooks {
  emit(event: NewRunEvent): void;
  /** Asked before every update; waits while the run is paused. */
  nextAction(): Promise<'continue' | 'stop'>;
  /**
   * Called every `every` updates and after the last with the weights that would be saved (EMA where it is on); returns their held-out loss,
   * by which the best checkpoint is kept.
   */
  probe?: {every: number; measure(params: Params, update: number): Promise<number>};
  /** Called before the first update, every `every` updates and after the last with the weights that would be saved. */
  pictures?: {every: number; draw(params: Params, update: number): Promise<void>};
  /** Events on their way to the log. */
  outbox?: EventOutbox;
  /** How the room for checkpoints is found out. */
  disk?: DiskWatch;
}

/** The trained weights (EMA where it is on), owned by the caller; null when it was stopped before the last update. */
export type TrainOutcome = Params | null;

/**
 * Trains to the last update or to a stop, with events and checkpoints on the way. Throws a UserError when the loss is not finite, unless
 * the config wants another try from an earlier checkpoint, and when the engine gives out.
 */
export async function train(task: TrainTask, hooks: TrainHooks): Promise<TrainOutcome> {
  for (;;) {
    try {
      return await trainOnce(task, hooks);
    } catch (error) {
      const told = explainEngineError(error);
      if (!(told instanceof Divergence) || !(await rollBack(task, told, hooks.emit)))
        throw await withRollbackHint(told, task);
    }
  }
}

async function trainOnce(task: TrainTask, hooks: TrainHooks): Promise<TrainOutcome> {
  const {config, setting} = task;
  const teacherHash = setting.teacher && (await hashParams(setting.teacher));
  const program = await startProgram(task, hooks);
  const log = new StepLog(task.stage, config, setting.schedule.timesteps, program.updates, hooks.emit, program.rates);
  const training: Training = {task, hooks, program, log};
  try {
    while (program.updates < config.updates) {
      await drawPictures(training);
      if ((await hooks.nextAction()) === 'stop') {
        await save(training);
        return null;
      }
      checkEngine();
      const batches = await drawUpdate(task, program.updates);
      const losses = program.update(batches);
      disposeBatches(batches);
      await log.add(program.updates, losses);
      const isDue = program.updates % config.checkpointEvery === 0 || program.updates === config.updates;
      if (isDue && !(await save(training))) return null;
      if (!(await probe(training))) return null;
    }
    await drawPictures(training);
    if (setting.teacher && (await hashParams(setting.teacher)) !== teacherHash)
      throw new Error('the teacher changed during training');
    return averagedParams(program);
  } finally {
    log.dispose();
    program.dispose();
  }
}

/** The program at the latest checkpoint, or at the beginning. */
async function startProgram(task: TrainTask, {emit, outbox}: TrainHooks): Promise<TrainProgram> {
  const {config, setting, stage} = task;
  const layout = flatLayout(task.initial);
  const withEma = config.ema !== null;
  const latest = await loadLatestCheckpoint(task.checkpoints, layout, identityOf(task), withEma);
  await outbox?.resend(latest?.events ?? []);
  const state = latest?.state ?? initialState(task.initial, withEma);
  for (const fault of latest?.skipped ?? []) {
    const message = `${fault} The training goes on from update ${state.update}.`;
    emit({type: 'log', stage, level: 'warning', message});
  }
  const rates = learningRates(config, await historyFrom(task, latest));
  const example = await drawMicroBatch(task, state.update, 0);
  try {
    return new TrainProgram(setting, config, layout, state, example, rates);
  } finally {
    disposeBatches([example]);
    disposeState(state);
  }
}

/** The history of the training, on which it is noted first where it is to make another number of updates than before. */
async function historyFrom(
  {checkpoints, config}: TrainTask,
  latest: LoadedCheckpoint | null,
): Promise<TrainingHistoryRecord> {
  const history = await readHistory(checkpoints);
  if (latest?.updates === undefined) return history;
  const next = extended(history, latest.state.update, latest.updates, config.updates);
  if (next !== history) await writeHistory(checkpoints, next);
  return next;
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
  const {config, setting, stage, space} = task;
  const random = (what: string, ...path: number[]) => createRandom(config.seed, stage, what, update, micro, ...path);
  const pixels = await trainBatch({
    source: task.images,
    batch: config.batch,
    seed: config.seed,
    index: update * config.accumulation + micro,
    flip: task.flip,
    randomCrop: task.randomCrop,
  });
  const images = tf.tidy(() =>
    space.encode(tf.tensor4d(pixels, [config.batch, ...task.images.shape]), (i) => random('encoded', i)),
  );
  const draw = {
    range: task.range,
    timesteps: setting.schedule.timesteps,
    batch: config.batch,
    probability: task.probability,
    draw: config.draw,
  };
  return {
    images,
    noise: tf.tensor4d(random('noise').fillNormal(new Float32Array(images.size)), images.shape),
    timesteps: drawTimesteps(draw, random('timesteps')),
    dropoutSeed: config.dropout ? random('dropout').uint32() : undefined,
  };
}

function disposeBatches(batches: readonly MicroBatch[]): void {
  for (const {images, noise} of batches) tf.dispose([images, noise]);
}
