import {scoreNames} from '../scores/reportScores.ts';
import type {MatrixRow} from './matrixResult.ts';

/** Whether a study judges by a score; of all of them, less is better. */
export function isJudged(score: string): boolean {
  return score === scoreNames.loss || score.startsWith(scoreNames.frechet);
}

/** The scores of some cells that are no differences between two models, in the order of the reports. */
export function plainScores(rows: readonly MatrixRow[]): string[] {
  const all = new Set(rows.flatMap(({scores}) => scores.map(({score}) => score)));
  return [...all].filter((score) => score !== scoreNames.merged && score !== scoreNames.toBase);
}
