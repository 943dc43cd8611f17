import {join} from 'node:path';
import {UserError} from '../contract/errors.ts';
import {TrainingHistoryRecord} from '../contract/run/records.ts';
import type {TrainingConfig} from '../contract/config/training.ts';
import {fileExists} from '../store/files/fileExists.ts';
import {readJson, writeJsonAtomic} from '../store/files/jsonFile.ts';
import {learningRateAt} from './learningRate.ts';

/** Learning rate of the update with a number (from 0). */
export type LearningRates = (update: number) => number;

const file = 'course.json';
const courseHint = 'Delete it to continue with the learning rates of the config.';
const plainHistory: TrainingHistoryRecord = {format: 1, extensions: [], retries: []};

/** The history of the training whose checkpoints lie in `folder`; an empty one where no file was written. */
export async function readHistory(folder: string): Promise<TrainingHistoryRecord> {
  const path = join(folder, file);
  if (!(await fileExists(path))) return plainHistory;
  return readJson(path, TrainingHistoryRecord, 'the history of the training').catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.code, error.message, {where: path, hint: courseHint, cause: error});
  });
}

/** The history as text, to compare two trainings; null for one that followed its config throughout. */
export async function readHistoryText(folder: string): Promise<string | null> {
  const history = await readHistory(folder);
  return history.extensions.length + history.retries.length > 0 ? JSON.stringify(history) : null;
}

export async function writeHistory(folder: string, history: TrainingHistoryRecord): Promise<void> {
  await writeJsonAtomic(join(folder, file), history);
}

type Extension = TrainingHistoryRecord['extensions'][number];

/**
 * The history of a training that continues from a checkpoint of update `from` and was to make `before` updates in all, when
 * it is to make `updates` now.
 */
export function extended(
  history: TrainingHistoryRecord,
  from: number,
  before: number,
  updates: number,
): TrainingHistoryRecord {
  const last = history.extensions.at(-1);
  // At that very update the history has it already. A checkpoint older than the one that was extended: the history covers what follows.
  if (before === updates || (last && from <= last.until)) return history;
  return {...history, extensions: [...history.extensions, {until: from, updates: before}]};
}

/** The same history, with the newest extension holding the learning rate or following the schedule. */
export function withHold(history: TrainingHistoryRecord, hold: boolean): TrainingHistoryRecord {
  const {until, updates} = history.extensions.at(-1) ?? {};
  if (until === undefined || updates === undefined) return history;
  const last: Extension = {until, updates, ...(hold && {hold})};
  return {...history, extensions: [...history.extensions.slice(0, -1), last]};
}

/** The learning rates of a training: those of its schedule, with the changes in its history. */
export function learningRates(config: TrainingConfig, history: TrainingHistoryRecord = plainHistory): LearningRates {
  const {extensions, retries} = history;
  return (update) => {
    const factor = retries.reduce((product, {from, factor: each}) => (update >= from ? product * each : product), 1);
    return factor * scheduledRate(config, extensions, update);
  };
}

function scheduledRate(config: TrainingConfig, extensions: readonly Extension[], update: number): number {
  const begun = extensions.findLast(({until}) => until <= update);
  if (begun?.hold && begun.until > 0) return scheduledRate(config, extensions, begun.until - 1);
  const inAll = extensions.find(({until}) => update < until)?.updates ?? config.updates;
  return learningRateAt(config.schedule, config.optimizer.learningRate, update, inAll);
}
