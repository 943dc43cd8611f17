import type {TrainingHistoryRecord} from '../contract/run/records.ts';
import {checkEngine} from '../engine/checkEngine.ts';
import {explainEngineError} from '../engine/engineLoss.ts';
import {flatLayout} from '../nn/flatParams.ts';
import {BatchReader, disposeBatches, firstMicroBatch} from './batches/batchReader.ts';
import {loadLatestCheckpoint, type LoadedCheckpoint} from './checkpoint.ts';
import {extended, learningRates, readHistory, writeHistory} from './trainingHistory.ts';
import {Divergence} from './divergence.ts';
import {averagedParams, drawPictures, identityOf, keepSnapshot, probe, save, type Training} from './checkpointing.ts';
import {lossScaleOf} from './scale/lossScale.ts';
import {hashParams} from './paramsHash.ts';
import {settleScale} from './scale/settleScale.ts';
import {StepLog} from './stepLog.ts';
import {TrainProgram} from './trainProgram.ts';
import type {TrainHooks, TrainOutcome, TrainTask} from './trainTask.ts';
import {disposeState, initialState} from './trainState.ts';
import {UncertaintyWeights} from './uncertaintyWeights.ts';
import {rollBack, withRollbackHint} from './rollback.ts';

/**
 * Trains to the last update or to a stop, with events and checkpoints on the way. Throws a UserError when the loss is not finite, unless
 * the config asks for a retry from an earlier checkpoint, and when the engine fails.
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
  const {program, learned, lossScale} = await startProgram(task, hooks);
  const log = new StepLog(
    task.stage,
    config,
    setting.schedule.timesteps,
    program.updates,
    hooks.emit,
    program.rates,
    lossScale,
  );
  const reader = new BatchReader(task);
  const training: Training = {task, hooks, program, log, learned, lossScale};
  try {
    while (program.updates < config.updates) {
      await drawPictures(training);
      await keepSnapshot(training);
      if ((await hooks.nextAction()) === 'stop') {
        await save(training);
        return null;
      }
      checkEngine();
      const {batches, secondsWaited} = await reader.take(program.updates);
      const made = program.update(batches);
      disposeBatches(batches);
      const losses = await settleScale(training, made);
      learned?.learn(losses.timesteps, await losses.losses.denoise.data());
      await log.add(program.updates, losses, secondsWaited);
      const isDue = program.updates % config.checkpointEvery === 0 || program.updates === config.updates;
      if (isDue && !(await save(training))) return null;
      if (!(await probe(training))) return null;
    }
    await drawPictures(training);
    if (setting.teacher && (await hashParams(setting.teacher)) !== teacherHash)
      throw new Error('the teacher changed during training');
    return averagedParams(program);
  } finally {
    await reader.dispose();
    log.dispose();
    program.dispose();
  }
}

/** The program at the latest checkpoint, or at the beginning. */
async function startProgram(
  task: TrainTask,
  {emit, outbox}: TrainHooks,
): Promise<Pick<Training, 'program' | 'learned' | 'lossScale'>> {
  const {config, stage} = task;
  const layout = flatLayout(task.initial);
  const withEma = config.ema !== null;
  const latest = await loadLatestCheckpoint(task.checkpoints, layout, identityOf(task), withEma);
  await outbox?.resend(latest?.events ?? []);
  const state = latest?.state ?? initialState(task.initial, withEma);
  for (const fault of latest?.skipped ?? []) {
    const message = `${fault} The training continues from update ${state.update}.`;
    emit({type: 'log', stage, level: 'warning', message});
  }
  const rates = learningRates(config, await historyFrom(task, latest));
  const learned = learnedWeights(task, latest);
  const lossScale = lossScaleOf(config.precision, latest?.lossScale);
  const setting = {...task.setting, ...(learned && {learned}), ...(lossScale && {lossScale})};
  const example = await firstMicroBatch(task, state.update);
  try {
    return {program: new TrainProgram(setting, config, layout, state, example, rates), learned, lossScale};
  } finally {
    disposeBatches([example]);
    disposeState(state);
  }
}

function learnedWeights({setting, config}: TrainTask, latest: LoadedCheckpoint | null): UncertaintyWeights | null {
  const {weighting, schedule} = setting;
  if (weighting?.kind !== 'uncertainty') return null;
  return new UncertaintyWeights(weighting, config.optimizer, schedule.timesteps, latest?.scales);
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
