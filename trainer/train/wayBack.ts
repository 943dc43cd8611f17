import {mkdir} from 'node:fs/promises';
import {UserError} from '../contract/errors.ts';
import type {NewRunEvent} from '../contract/events.ts';
import {isEngineLoss} from '../engine/engineLoss.ts';
import {newestIntact, newestRegular, removeBeyond} from './checkpointFolder.ts';
import {readCourse, writeCourse} from './course.ts';
import {Divergence} from './divergence.ts';
import type {TrainTask} from './loop.ts';

/**
 * Goes back behind a divergence where the config wants that: to the newest regular checkpoint, never to one that a stop has written, so
 * that a run with stops makes the same updates as one without. False where it does not, or did so often enough.
 */
export async function retreat(
  {stage, config, checkpoints}: Pick<TrainTask, 'stage' | 'config' | 'checkpoints'>,
  divergence: Divergence,
  emit: (event: NewRunEvent) => void,
): Promise<boolean> {
  const {retry, checkpointEvery} = config;
  const course = await readCourse(checkpoints);
  if (retry === undefined || course.retries.length >= retry.times) return false;
  const from = await newestRegular(checkpoints, checkpointEvery);
  // First of all: what they hold was made with the old rate.
  await removeBeyond(checkpoints, from);
  await mkdir(checkpoints, {recursive: true});
  const attempt = {from, factor: retry.factor, diverged: divergence.update};
  await writeCourse(checkpoints, {...course, retries: [...course.retries, attempt]});
  const count = `${course.retries.length + 1} of ${retry.times}`;
  const message = `${divergence.message} It goes on from update ${from} with ${retry.factor} times the learning rate (try ${count}).`;
  emit({type: 'log', stage, level: 'warning', message});
  return true;
}

/** The error with what is left of the training, where the training itself or its engine gave out. */
export async function withWayBack(error: unknown, {checkpoints}: Pick<TrainTask, 'checkpoints'>): Promise<unknown> {
  if (!(error instanceof Divergence) && !isEngineLoss(error)) return error;
  const update = await newestIntact(checkpoints);
  const left =
    update === null
      ? 'There is no checkpoint from before it.'
      : `The checkpoint of update ${update} is from before it.`;
  const next = error instanceof Divergence || update === null ? '' : ' `deme resume` goes on from there.';
  const {code, message, where, cause, hint} = error;
  return new UserError(code, message, {where, cause, hint: `${hint ? `${hint} ` : ''}${left}${next}`});
}
