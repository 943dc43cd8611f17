import {SearchConfig} from '../../../trainer/contract/config/searchConfig.ts';
import type {EngineInfo} from '../../../trainer/contract/engine/engineInfo.ts';
import type {Candidate} from '../../../trainer/contract/run/report.ts';
import type {Estimate} from '../../../trainer/contract/scores/estimate.ts';
import {meanLoss, summariseHeldOut} from '../../../trainer/evaluate/heldOutSummary.ts';
import type {LossTable} from '../../../trainer/evaluate/lossTable.ts';
import {applyWeights} from '../../../trainer/merge/blend.ts';
import {IncrementalMerge} from '../../../trainer/merge/files/incrementalMerge.ts';
import {searchWeights} from '../../../trainer/merge/search/search.ts';
import {mergeLosses} from '../../../trainer/pipeline/search/checkSearch.ts';
import type {LabHeldOut} from '../../../trainer/pipeline/search/labHeldOut.ts';
import type {MergeLab} from '../../../trainer/pipeline/search/mergeLab.ts';

export interface CompareSettings {
  readonly images: number;
  readonly timesteps: number;
  readonly budget: number;
}

export interface ComparedStrategy {
  readonly strategy: string;
  readonly evaluations: number;
  readonly best: Candidate;
  readonly seconds: number;
  /** Against the best of the grid: on the draws of the search, and on test images. */
  readonly difference: Estimate;
  readonly differenceOnTest: Estimate;
  readonly isWithinError: boolean;
  /** All but the grid. */
  readonly inBudget: boolean;
}

const strategies = ['grid', 'quadratic', 'cma-es', 'coordinate'] as const;

interface Searched {
  readonly strategy: (typeof strategies)[number];
  readonly best: Candidate;
  readonly evaluations: number;
  readonly seconds: number;
}

/** Searches with every strategy on the same draws, each measuring all of its candidates by itself. */
export async function compareStrategies(
  lab: MergeLab,
  {images, timesteps, budget}: CompareSettings,
  say: (text: string) => void,
): Promise<ComparedStrategy[]> {
  const heldOut = await lab.heldOut({part: 'validation', images, timesteps, seed: 0});
  const onTest = await lab.heldOut({part: 'test', images: 1000, timesteps: 1, seed: 1});
  const searched: Searched[] = [];
  for (const strategy of strategies) {
    searched.push(await searchWith(lab, heldOut, strategy, budget));
    const {evaluations, seconds} = searched.at(-1)!;
    say(`${strategy}: ${evaluations} evaluations in ${seconds.toFixed(0)} s`);
  }
  const tables: LossTable[] = [];
  const tablesOnTest: LossTable[] = [];
  for (const {best} of searched) {
    const merge = () => applyWeights(lab.base, lab.vectors, best.weights);
    tables.push(await mergeLosses(lab, heldOut, merge()));
    tablesOnTest.push(await mergeLosses(lab, onTest, merge()));
  }
  return searched.map((each, i) => {
    const difference = summariseHeldOut(tables[i]!, tables[0]!).differenceToBase;
    return {
      ...each,
      difference,
      differenceOnTest: summariseHeldOut(tablesOnTest[i]!, tablesOnTest[0]!).differenceToBase,
      isWithinError: difference.mean <= difference.standardError,
      inBudget: each.strategy !== 'grid',
    };
  });
}

async function searchWith(
  lab: MergeLab,
  heldOut: LabHeldOut,
  strategy: Searched['strategy'],
  budget: number,
): Promise<Searched> {
  const merge = new IncrementalMerge(lab.base, lab.vectors);
  const begin = performance.now();
  const {best, candidates} = await searchWeights({
    experts: lab.vectors.length,
    config: SearchConfig.parse({strategy, budget}),
    score: async (weights) => {
      merge.visit(weights);
      return meanLoss(await lab.losses(merge.params(), heldOut));
    },
  });
  merge.dispose();
  return {strategy, best, evaluations: candidates.length, seconds: (performance.now() - begin) / 1000};
}

/** A Markdown table, with its recipe below. */
export function strategyTable(
  compared: readonly ComparedStrategy[],
  {images, timesteps, budget}: CompareSettings,
  engine: EngineInfo,
): string {
  const head = [
    'strategy',
    'evaluations',
    'best loss',
    'difference to the grid',
    'on test images',
    'weights',
    'seconds',
  ];
  const rows = compared.map((each) => [
    each.strategy,
    String(each.evaluations),
    each.best.loss.toFixed(6),
    each.inBudget ? `${plusMinus(each.difference)}${each.isWithinError ? '' : ', not reached'}` : '',
    each.inBudget ? plusMinus(each.differenceOnTest) : '',
    each.best.weights.map((weight) => weight.toFixed(2)).join(', '),
    each.seconds.toFixed(0),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const recipe = `${images} validation images, ${timesteps} timestep(s) for each of 4 ranges, the same for all; budget ${budget}; test: 1000 images. ± is one standard error of the paired difference over images. ${engine.name} ${engine.version}, ${engine.device}, ${engine.threads} threads.`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), '', recipe].join('\n');
}

function plusMinus({mean, standardError}: Estimate): string {
  return `${mean > 0 ? '+' : ''}${mean.toExponential(2)} ± ${standardError.toExponential(1)}`;
}
