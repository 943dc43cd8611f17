import type {SearchConfig} from '../../contract/config/searchConfig.ts';
import {type Candidates, roundWeights} from './candidates.ts';
import {CmaEs} from './cmaEs.ts';

/** A distribution that narrow proposes weights that nobody could tell apart. */
const smallestSpread = 1e-4;

/** CMA-ES around the best of what was tried before. Nothing bounds the weights: they may leave [low, high] and turn negative. */
export async function searchCma(candidates: Candidates, {sigma, seed}: SearchConfig): Promise<void> {
  await evolve(candidates, new CmaEs({mean: candidates.best?.weights ?? [], sigma, seed}), 'cma-es');
}

/** Generations until the budget is spent or the distribution has become narrow; the last one may be cut short and then teaches nothing. */
export async function evolve(candidates: Candidates, strategy: CmaEs, origin: string): Promise<void> {
  while (candidates.left > 0 && strategy.spread >= smallestSpread) {
    const generation = strategy.ask().map(roundWeights);
    const losses: number[] = [];
    for (const weights of generation) losses.push(await candidates.evaluate(weights, origin));
    strategy.tell(generation, losses);
  }
}
