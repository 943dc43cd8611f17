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
  const last = history.extensions.at(-1)?.until ?? 0;
  // This checkpoint is older than the one that was extended: the history already covers what follows.
  if (before === updates || from < last) return history;
  return {...history, extensions: [...history.extensions, {until: from, updates: before}]};
}

/** The learning rates of a training: those of its schedule, with the changes in its history. */
export function learningRates(config: TrainingConfig, history: TrainingHistoryRecord = plainHistory): LearningRates {
  const {schedule, optimizer, updates} = config;
  return (update) => {
    const inAll = history.extensions.find(({until}) => update < until)?.updates ?? updates;
    const factor = history.retries.reduce(
      (product, retry) => (update >= retry.from ? product * retry.factor : product),
      1,
    );
    return factor * learningRateAt(schedule, optimizer.learningRate, update, inAll);
  };
}
