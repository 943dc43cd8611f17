import type {Report} from '../../contract/run/report.ts';
import type {MatrixScore} from '../../contract/matrix/matrixResult.ts';
import {reportScores, type ReportScore} from '../../contract/scores/reportScores.ts';
import {estimate} from '../../contract/scores/estimate.ts';

/** The scores of a cell: means over its runs, each of whose reports has the same scores. Experts by themselves are left out: cells differ in them. */
export function matrixScores(reports: readonly Report[]): MatrixScore[] {
  const byName = new Map<string, ReportScore[]>();
  for (const score of reports.flatMap(reportScores)) {
    const name = JSON.stringify([score.score, score.model]);
    byName.set(name, [...(byName.get(name) ?? []), score]);
  }
  return [...byName.values()].flatMap((scores) => {
    const [first] = scores;
    if (first === undefined) return [];
    const values = scores.map(({value}) => value);
    const {score, model, value: mean, standardError} = first;
    // A measurement that all runs share says nothing of how much others would differ. On another engine it differs by its rounding.
    const isOne = values.every((value) => Math.abs(value - mean) <= sameShare * (standardError ?? 0));
    return [{score, model, ...(isOne ? {mean, standardError} : estimate(values)), values}];
  });
}

/** Values that differ by less than this share of their standard error are one measurement. */
const sameShare = 0.01;
