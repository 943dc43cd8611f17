import {UserError} from '../../contract/errors.ts';
import type {SearchConfig} from '../../contract/config/searchConfig.ts';
import type {SearchResult} from '../../contract/run/report.ts';
import {baselineCandidates} from './baselineCandidates.ts';
import {Candidates, type Score, type ScoredCandidate} from './candidates.ts';
import {searchCoordinates} from './coordinate.ts';
import {gridSize, searchGrid} from './grid.ts';
import {searchQuadratic} from './quadratic.ts';
import {searchCma} from './searchCma.ts';

export interface SearchRequest {
  /** Number of experts N. */
  readonly experts: number;
  readonly config: SearchConfig;
  /** Held-out loss of the merge with these N weights, on draws that are the same for all; lower is better. */
  readonly score: Score;
  /** Called after each evaluation; `total` is the largest possible number. */
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
  const always = baselineCandidates(experts);
  const budget = config.strategy === 'grid' ? gridSize(config, experts) + always.length : config.budget;
  const candidates = new Candidates(experts, budget, score, (candidate, done) =>
    onCandidate?.(candidate, done, budget),
  );
  for (const {weights, origin} of always) await candidates.evaluate(weights, origin);
  const base = await candidates.evaluate(always[0]?.weights ?? [], 'base');
  if (!Number.isFinite(base)) throw notFiniteBase();
  await strategies[config.strategy](candidates, config);
  return toResult(config.strategy, candidates, base);
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
