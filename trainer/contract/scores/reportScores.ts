import type {Report} from '../run/report.ts';
import {parseModel} from '../run/runModel.ts';
import {objectiveKinds} from '../config/searchObjective.ts';
import {estimate, type Estimate} from './estimate.ts';
import {mergedDifferences} from './verdicts.ts';

/** A score of a model in one run. */
export interface ReportScore {
  readonly score: string;
  readonly model: string;
  readonly value: number;
  readonly standardError: number | null;
}

/** What scores are called in tables; those of images have the network behind the name. */
export const scoreNames = {
  loss: 'held-out loss',
  toBase: 'held-out loss, difference to the base',
  /** See `mergedDifferences`. */
  merged: 'held-out loss of the merged model, difference to',
  frechet: 'Fréchet distance',
} as const;

/** The values by model and name, as in `merged.held-out loss`. */
export function scoresByName(report: Report): Record<string, number> {
  return Object.fromEntries(reportScores(report).map(({score, model, value}) => [`${model}.${score}`, value]));
}

/** All scores of a report; experts by themselves are left out. */
export function reportScores(report: Report): ReportScore[] {
  const losses = Object.entries(report.heldOut).flatMap(
    ([model, {mean, standardError, differenceToBase}]): ReportScore[] => [
      {score: scoreNames.loss, model, value: mean, standardError},
      ...(model === 'base'
        ? []
        : [
            {
              score: scoreNames.toBase,
              model,
              value: differenceToBase.mean,
              standardError: differenceToBase.standardError,
            },
          ]),
    ],
  );
  const merged = mergedDifferences(report).map(([model, {mean, standardError}]): ReportScore => ({
    score: scoreNames.merged,
    model,
    value: mean,
    standardError,
  }));
  const networks = report.networks ?? [{...report, network: null}];
  const distances = networks.flatMap(({network, frechet, kid}) => {
    const by = network === null ? '' : ` (${network})`;
    return [
      ...Object.entries(frechet).map(([model, value]): ReportScore => ({
        score: `${scoreNames.frechet}${by}`,
        model,
        value,
        standardError: null,
      })),
      ...Object.entries(kid).map(([model, {mean, standardError}]): ReportScore => ({
        score: `KID${by}`,
        model,
        value: mean,
        standardError,
      })),
    ];
  });
  return [...losses, ...merged, ...distances, ...testScores(report)].filter(
    ({model}) => parseModel(model)?.kind !== 'expert',
  );
}

/** How far the result of a search by distance is from what it has to beat, and the ordinary finetune from the base, on noise that no search has seen. */
function testScores({search}: Report): ReportScore[] {
  const {test, objective = 'loss'} = search ?? {};
  if (test === undefined || test.seeds.length < 2) return [];
  const about = `test of the search by ${objectiveKinds[objective].name}, difference to`;
  const found = test.models.filter(({model}) => searched.includes(model)).at(-1);
  const score = (model: string, rival: string, {mean, standardError}: Estimate): ReportScore => ({
    score: `${about} ${rival}`,
    model,
    value: mean,
    standardError,
  });
  return test.models.flatMap((other): ReportScore[] => {
    if (found === undefined || searched.includes(other.model)) return [];
    const paired = estimate(found.distances.map((distance, i) => distance - (other.distances[i] ?? NaN)));
    const rows = [score('merged', rivalNames[other.model] ?? other.model, paired)];
    return other.model === 'ordinary' ? [...rows, score(other.model, 'the base', other.differenceToBase)] : rows;
  });
}

/** Results of a search, each of which goes on from the one before. */
const searched: readonly string[] = ['best', 'groups', 'checkpoints'];

const rivalNames: Readonly<Record<string, string>> = {
  base: 'the base',
  ones: 'all weights 1',
  ordinary: 'the ordinary finetune',
  'ordinary-scaled': 'the scaled ordinary finetune',
};
