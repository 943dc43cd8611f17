import {UserError} from '../../contract/errors.ts';
import type {SearchConfig} from '../../contract/config/searchConfig.ts';
import type {SearchResult} from '../../contract/run/report.ts';
import {baselineCandidates} from './baselineCandidates.ts';
import {Candidates, type Score, type ScoredCandidate} from './candidates.ts';
import {searchCoordinates} from './coordinate.ts';
import {gridSize, requireGrid, searchGrid} from './grid.ts';
import {designPoints, searchQuadratic} from './quadratic.ts';
import {searchCma} from './searchCma.ts';

export interface SearchRequest {
  /** Number of experts N. */
  readonly experts: number;
  readonly config: SearchConfig;
  /** Held-out loss of the merge with these N weights, on draws that are the same for all; lower is better. */
  readonly score: Score;
  /** Called after each evaluation; `total` is what the search usually takes, and more than `done` as long as it may go on. */
  onCandidate?(candidate: ScoredCandidate, done: number, total: number): void;
}

const strategies: Record<SearchConfig['strategy'], (candidates: Candidates, config: SearchConfig) => Promise<void>> = {
  quadratic: searchQuadratic,
  'cma-es': searchCma,
  coordinate: searchCoordinates,
  grid: searchGrid,
};

/**
 * Searches the merge weights with the lowest held-out loss (the paper only says that it uses a grid search).
 *
 * The best candidate is the lowest that was measured, never a prediction. Weights outside [0, 1], negative ones too, can win under
 * `quadratic` and `cma-es`: merge weights are coefficients, not shares. A loss that is not finite is reported and never chosen. A budget
 * below the number of baseline candidates is spent on the first of them.
 */
export async function searchWeights({experts, config, score, onCandidate}: SearchRequest): Promise<SearchResult> {
  requireSearchable(config, experts);
  const always = baselineCandidates(experts);
  const budget = largestNumber(config, experts);
  const usual = usualCandidates(config, experts);
  const candidates = new Candidates(experts, budget, score, (candidate, done) =>
    onCandidate?.(candidate, done, Math.min(budget, Math.max(usual, done + 1))),
  );
  for (const {weights, origin} of always) await candidates.evaluate(weights, origin);
  const base = await candidates.evaluate(always[0]?.weights ?? [], 'base');
  if (!Number.isFinite(base)) throw notFiniteBase();
  await strategies[config.strategy](candidates, config);
  return toResult(config.strategy, candidates, base);
}

/** Candidates after those that fix a quadratic, until its fit gains nothing more: five or six with two experts, four with four. */
const usualFits = 5;

/** How many candidates a search for the weights of so many experts usually measures. */
export function usualCandidates(config: SearchConfig, experts: number): number {
  const most = largestNumber(config, experts);
  if (config.strategy !== 'quadratic') return most;
  const design = [...baselineCandidates(experts), ...designPoints(experts)];
  return Math.min(most, new Set(design.map(({weights}) => weights.join())).size + usualFits);
}

/** Throws a UserError where a strategy cannot search in its [low, high]; `where` names the config in it. */
export function requireSearchable(config: SearchConfig, experts: number, where?: string): void {
  const {strategy, low, high} = config;
  if (strategy !== 'grid' && strategy !== 'coordinate') return;
  if (high < low) {
    throw new UserError('search-range', `search.low (${low}) lies above search.high (${high}).`, {
      ...(where !== undefined && {where}),
      hint: 'Swap them.',
    });
  }
  if (strategy === 'grid') requireGrid(config, experts, where);
}

function largestNumber(config: SearchConfig, experts: number): number {
  return config.strategy === 'grid' ? gridSize(config, experts) + baselineCandidates(experts).length : config.budget;
}

function notFiniteBase(): UserError {
  return new UserError(
    'search-not-finite',
    'The held-out loss of the base model is not a finite number, so no merge can be compared with it.',
    {
      hint: 'Check the base model and the validation images.',
    },
  );
}

function toResult(strategy: string, candidates: Candidates, base: number): SearchResult {
  const {best, finite, notFinite} = candidates;
  if (best === undefined) throw notFiniteBase();
  return {strategy, best, candidates: [...finite], base, ...(notFinite.length > 0 ? {notFinite} : {})};
}
