import {UserError} from '../contract/errors.ts';
import type {NewRunEvent} from '../contract/run/events.ts';
import type {TrainingHistoryRecord} from '../contract/run/records.ts';
import {isEngineLoss} from '../engine/engineLoss.ts';
import {newestIntact, newestRegular, removeBeyond} from './checkpointFolder.ts';
import {readHistory, writeHistory} from './trainingHistory.ts';
import {Divergence} from './divergence.ts';
import type {TrainTask} from './trainTask.ts';
import {makeFolders} from '../store/files/makeFolders.ts';

/**
 * Rolls back to before a divergence where the config allows it: to the newest regular checkpoint, never to one that a stop has written, so
 * that a run with stops makes the same updates as one without. False where the config does not allow it or the retries are used up.
 */
export async function rollBack(
  {stage, config, checkpoints}: Pick<TrainTask, 'stage' | 'config' | 'checkpoints'>,
  divergence: Divergence,
  emit: (event: NewRunEvent) => void,
): Promise<boolean> {
  const {retry, checkpointEvery} = config;
  const history = await readHistory(checkpoints);
  if (retry === undefined || history.retries.length >= retry.times) return false;
  const from = await goodCheckpoint(checkpoints, checkpointEvery, history, divergence);
  // Removed first: these checkpoints were made with the old rate.
  await removeBeyond(checkpoints, from);
  makeFolders(checkpoints);
  const attempt = {from, factor: retry.factor, diverged: divergence.update};
  // A rollback to before an earlier retry keeps the lower rate of that retry.
  const earlier = history.retries.map((each) => ({...each, from: Math.min(each.from, from)}));
  await writeHistory(checkpoints, {...history, retries: [...earlier, attempt]});
  const count = `${history.retries.length + 1} of ${retry.times}`;
  const message = `${divergence.message} It continues from update ${from} with ${retry.factor} times the learning rate (retry ${count}).`;
  emit({type: 'log', stage, level: 'warning', message, alert: true});
  return true;
}

/**
 * The update of the checkpoint to roll back to, 0 for the beginning. A checkpoint from which the training diverged again, no later than before, was
 * spoilt already: then the one before it, if there is any.
 */
async function goodCheckpoint(folder: string, every: number, {retries}: TrainingHistoryRecord, {update}: Divergence) {
  const newest = (await newestRegular(folder, every)) ?? 0;
  const last = retries.at(-1);
  if (last === undefined || last.from !== newest || update > last.diverged) return newest;
  return (await newestRegular(folder, every, newest)) ?? newest;
}

/** The error, with a sentence on which checkpoint is left where the training diverged or its engine failed. */
export async function withRollbackHint(
  error: unknown,
  {checkpoints}: Pick<TrainTask, 'checkpoints'>,
): Promise<unknown> {
  if (!(error instanceof Divergence) && !isEngineLoss(error)) return error;
  const update = await newestIntact(checkpoints);
  const left =
    update === null
      ? 'There is no checkpoint from before it.'
      : `The checkpoint of update ${update} is from before it.`;
  const next = error instanceof Divergence || update === null ? '' : ' `deme resume` continues from there.';
  const {code, message, where, cause, hint} = error;
  return new UserError(code, message, {where, cause, hint: `${hint ? `${hint} ` : ''}${left}${next}`});
}
