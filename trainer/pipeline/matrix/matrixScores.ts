import type {Report} from '../../contract/run/report.ts';
import type {MatrixScore} from '../../contract/matrix/matrixResult.ts';
import {reportScores, scoreNames, type ReportScore} from '../../contract/scores/reportScores.ts';
import {estimate} from '../../contract/scores/estimate.ts';

/** The scores of a cell: means over its runs, each of whose reports has the same scores. Experts by themselves are left out: cells differ in them. */
export function matrixScores(reports: readonly Report[]): MatrixScore[] {
  const byName = new Map<string, ReportScore[]>();
  const nameOf = (score: string, model: string) => JSON.stringify([score, model]);
  for (const one of reports.flatMap(reportScores)) {
    const name = nameOf(one.score, one.model);
    byName.set(name, [...(byName.get(name) ?? []), one]);
  }
  return [...byName.values()].flatMap((scores) => {
    const [first] = scores;
    if (first === undefined) return [];
    const values = scores.map(({value}) => value);
    const {score, model, value: mean, standardError} = first;
    // Two models whose losses differ by far less than their errors are told apart by the paired difference to the base.
    const paired = score === scoreNames.loss ? byName.get(nameOf(scoreNames.toBase, model)) : undefined;
    const isOne = isOneMeasurement(scores) && (paired === undefined || isOneMeasurement(paired));
    return [{score, model, ...(isOne ? {mean, standardError} : estimate(values)), values}];
  });
}

/** A measurement that all runs share says nothing of how much others would differ. On another engine it differs by its rounding. */
function isOneMeasurement(scores: readonly ReportScore[]): boolean {
  const [first] = scores;
  return scores.every(
    ({value}) => Math.abs(value - (first?.value ?? value)) <= sameShare * (first?.standardError ?? 0),
  );
}

/** Values that differ by less than this share of their standard error are one measurement. */
const sameShare = 0.01;
