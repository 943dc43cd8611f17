import {parseModel} from '../../contract/run/runModel.ts';
import type {Report} from '../../contract/run/report.ts';
import type {MatrixScore} from '../../contract/matrix/matrixResult.ts';
import {mergedDifferences} from '../../contract/scores/verdicts.ts';
import {estimate} from '../../evaluate/estimate.ts';

/** A score of a model in one run. */
interface RunScore {
  readonly score: string;
  readonly model: string;
  readonly value: number;
  readonly standardError: number | null;
}

/** The scores of a cell: means over its runs, each of whose reports has the same scores. Experts by themselves are left out: cells differ in them. */
export function matrixScores(reports: readonly Report[]): MatrixScore[] {
  const byName = new Map<string, RunScore[]>();
  for (const score of reports.flatMap(scoresOf)) {
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

/** What scores are called in tables; those of images have the network behind the name. */
export const scoreNames = {
  loss: 'held-out loss',
  /** See `mergedDifferences`. */
  merged: 'held-out loss of the merged model, difference to',
  frechet: 'Fréchet distance',
} as const;

function scoresOf(report: Report): RunScore[] {
  const losses = Object.entries(report.heldOut).flatMap(
    ([model, {mean, standardError, differenceToBase}]): RunScore[] => [
      {score: scoreNames.loss, model, value: mean, standardError},
      ...(model === 'base'
        ? []
        : [
            {
              score: 'held-out loss, difference to the base',
              model,
              value: differenceToBase.mean,
              standardError: differenceToBase.standardError,
            },
          ]),
    ],
  );
  const merged = mergedDifferences(report).map(([model, {mean, standardError}]): RunScore => ({
    score: scoreNames.merged,
    model,
    value: mean,
    standardError,
  }));
  const networks = report.networks ?? [{...report, network: null}];
  const distances = networks.flatMap(({network, frechet, kid}) => {
    const by = network === null ? '' : ` (${network})`;
    return [
      ...Object.entries(frechet).map(([model, value]): RunScore => ({
        score: `${scoreNames.frechet}${by}`,
        model,
        value,
        standardError: null,
      })),
      ...Object.entries(kid).map(([model, {mean, standardError}]): RunScore => ({
        score: `KID${by}`,
        model,
        value: mean,
        standardError,
      })),
    ];
  });
  return [...losses, ...merged, ...distances].filter(({model}) => parseModel(model)?.kind !== 'expert');
}
