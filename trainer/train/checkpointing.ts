import {unflatten} from '../nn/flatParams.ts';
import {disposeParams, type Params} from '../nn/params.ts';
import {writeWithRoom, type RoomRequest} from '../store/files/writeWithRoom.ts';
import {markBest, readBest} from './bestCheckpoint.ts';
import {
  checkpointBytes,
  isSpoilt,
  saveCheckpoint,
  type CheckpointIdentity,
  type CheckpointSetting,
} from './checkpoint.ts';
import {removeOld} from './checkpointFolder.ts';
import {Divergence} from './divergence.ts';
import type {LossScale} from './scale/lossScale.ts';
import type {TrainHooks, TrainTask} from './trainTask.ts';
import type {StepLog} from './stepLog.ts';
import type {TrainProgram} from './trainProgram.ts';
import {disposeState, type TrainState} from './trainState.ts';
import type {UncertaintyWeights} from './uncertaintyWeights.ts';

/** The state of one attempt: the training from a checkpoint to its end, a stop or a divergence. */
export interface Training {
  readonly task: TrainTask;
  readonly hooks: TrainHooks;
  readonly program: TrainProgram;
  readonly log: StepLog;
  /** Learned weights of the loss; null where it has none. */
  readonly learned: UncertaintyWeights | null;
  /** Of a training in f16; null for others. */
  readonly lossScale: LossScale | null;
  /** Update of the checkpoint that was written last. */
  saved?: number;
}

/**
 * Writes a checkpoint, when there is room for it on the disk; false when it was stopped while there was none. Losses are read first, so
 * that weights spoilt by a loss that is not finite never reach the disk.
 */
export async function save(training: Training): Promise<boolean> {
  const {task, hooks, program, log} = training;
  await log.flush(program.updates);
  if (training.saved === program.updates) return true;
  await hooks.beforeSave?.();
  const state = program.state();
  const request = roomRequest(training, state);
  try {
    const written = await writeWithRoom(request, () => saveCheckpoint(task.checkpoints, state, settingOf(training)));
    if (written === null) {
      request.say('info', `stopped without ${request.what}: there was no room for it.`);
      return false;
    }
    training.saved = state.update;
    hooks.emit({type: 'checkpoint', stage: task.stage, update: state.update, folder: written.result});
    return true;
  } catch (error) {
    throw isSpoilt(error) ? spoiltState(task, program) : error;
  } finally {
    disposeState(state);
  }
}

function roomRequest({task, hooks, program}: Training, state: TrainState): RoomRequest {
  const {stage, checkpoints} = task;
  return {
    folder: checkpoints,
    bytes: checkpointBytes(state, program.layout),
    what: `the checkpoint of update ${state.update}`,
    say: (level, message) => hooks.emit({type: 'log', stage, level, message, waiting: level === 'warning'}),
    nextAction: hooks.nextAction,
    disk: hooks.disk,
  };
}

function settingOf({task, hooks, program, learned, lossScale}: Training): CheckpointSetting {
  const {keepCheckpoints, updates, retry, checkpointEvery} = task.config;
  return {
    layout: program.layout,
    identity: identityOf(task),
    keep: keepCheckpoints,
    updates,
    ...(learned && {scales: learned.scales()}),
    ...(lossScale && {lossScale: lossScale.record()}),
    events: hooks.outbox?.pending() ?? [],
    ...(retry && {regular: checkpointEvery}),
  };
}

function spoiltState({stage}: TrainTask, {updates, rates}: TrainProgram): Divergence {
  return new Divergence({stage, what: 'state', update: updates, learningRate: rates(updates - 1), timesteps: []});
}

/** Measures the held-out loss when that is due and keeps the best weights so far. False when the run was stopped meanwhile. */
export async function probe(training: Training): Promise<boolean> {
  const {task, hooks, program} = training;
  const {config, checkpoints} = task;
  if (!hooks.probe || (program.updates % hooks.probe.every !== 0 && program.updates !== config.updates)) return true;
  const params = averagedParams(program);
  try {
    const loss = await hooks.probe.measure(params, program.updates);
    if (!(loss < ((await readBest(checkpoints))?.loss ?? Infinity))) return true;
    if (!(await save(training))) return false;
    await markBest(checkpoints, program.updates, loss);
    await removeOld(checkpoints, program.updates, settingOf(training)); // The one that was the best before.
    return true;
  } finally {
    disposeParams(params);
  }
}

/** Draws a sample grid when that is due. A resumed training draws the grid of its checkpoint again, which may be missing. */
export async function drawPictures({task, hooks, program}: Training): Promise<void> {
  const {pictures} = hooks;
  if (!pictures || (program.updates % pictures.every !== 0 && program.updates !== task.config.updates)) return;
  const params = averagedParams(program);
  try {
    await pictures.draw(params, program.updates);
  } finally {
    disposeParams(params);
  }
}

/**
 * Keeps the weights when that is due. A resumed training keeps those of its checkpoint again, which may be missing. Losses are read first, as before a
 * checkpoint.
 */
export async function keepSnapshot({hooks: {snapshots}, program, log}: Training): Promise<void> {
  if (!snapshots || program.updates === 0 || program.updates % snapshots.every !== 0) return;
  await log.flush(program.updates);
  const params = averagedParams(program);
  try {
    await snapshots.keep(params, program.updates);
  } finally {
    disposeParams(params);
  }
}

/** The weights that are saved and merged (the EMA where it is on), owned by the caller. */
export function averagedParams(program: TrainProgram): Params {
  const state = program.state();
  const params = unflatten(state.ema ?? state.weights, program.layout);
  disposeState(state);
  return params;
}

/** What a checkpoint of this training is recognised by. */
export function identityOf({config, images}: TrainTask): CheckpointIdentity {
  return {seed: config.seed, dataFingerprint: images.fingerprint};
}
