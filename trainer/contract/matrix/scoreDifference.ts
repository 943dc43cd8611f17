import {estimate, type Estimate} from '../scores/estimate.ts';
import {scoreNames} from '../scores/reportScores.ts';
import {scoreOf, type MatrixEntry} from './matrixEntries.ts';

/** How far a model is from another by a score: negative where it has less. */
export interface ScoreDifference extends Pick<Estimate, 'mean'> {
  /** Null: not known. */
  readonly standardError: number | null;
  /**
   * `images`: on the same images and noise, one by one; `repetitions`: repetition by repetition; `separate`: of two measurements, whose errors add up as
   * sqrt(a^2 + b^2).
   */
  readonly paired: 'images' | 'repetitions' | 'separate';
}

/** Null: one of them does not have the score. The first of these ways that both were measured for counts. */
export function scoreDifference(of: MatrixEntry, from: MatrixEntry, score: string): ScoreDifference | null {
  const byImages = score === scoreNames.loss ? imageDifference(of, from) : null;
  if (byImages !== null) return {...byImages, paired: 'images'};
  const [a, b] = [scoreOf(of, score), scoreOf(from, score)];
  if (a === undefined || b === undefined) return null;
  const repetitions = a.values.length;
  const areMany = repetitions > 1 && !(isOne(a.values) && isOne(b.values));
  if (areMany && b.values.length === repetitions && repeatsAre(of, from)) {
    return {...estimate(a.values.map((value, i) => value - (b.values[i] ?? NaN))), paired: 'repetitions'};
  }
  const errors = [a.standardError, b.standardError];
  const isKnown = errors.every((error) => error !== null);
  const standardError = isKnown ? Math.hypot(...errors.map(Number)) : null;
  return {mean: a.mean - b.mean, standardError, paired: 'separate'};
}

/** So many standard errors are taken for an effect. */
export const enoughErrors = 3;

/** Whether less of a score is more than a matter of chance. */
export function isLess({mean, standardError}: Pick<ScoreDifference, 'mean' | 'standardError'>): boolean {
  return standardError !== null && mean < -enoughErrors * standardError;
}

/** A report has the paired differences of the held-out loss between merged model and others, and between each model and the base. */
function imageDifference(of: MatrixEntry, from: MatrixEntry): Estimate | null {
  const known = pairIn(of, from);
  if (known !== null) return known;
  const reverse = pairIn(from, of);
  return reverse && {mean: 0 - reverse.mean, standardError: reverse.standardError};
}

/** What is known of the first model to the second, in the cell of that of the two that is merged. */
function pairIn(of: MatrixEntry, from: MatrixEntry): Estimate | null {
  const found =
    of.model === 'merged'
      ? scoreOf({row: of.row, model: from.model}, scoreNames.merged)
      : from.model === 'base'
        ? scoreOf(of, scoreNames.toBase)
        : undefined;
  if (found === undefined || found.standardError === null || from.model === 'merged') return null;
  return {mean: found.mean, standardError: found.standardError};
}

/** Whether all repetitions have one measurement, which says nothing of how much another would differ. */
function isOne(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}

/** Whether the values of two cells belong together one by one: those of repetitions with the same labels. */
function repeatsAre(of: MatrixEntry, from: MatrixEntry): boolean {
  if (of.row === from.row) return true;
  const labels = ({row}: MatrixEntry) => row.runs.flatMap(({repeat, error}) => (error === null ? [repeat] : []));
  return JSON.stringify(labels(of)) === JSON.stringify(labels(from));
}
