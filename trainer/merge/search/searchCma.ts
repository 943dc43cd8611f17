import type {SearchConfig} from '../../contract/config/searchConfig.ts';
import {type Candidates, roundWeights} from './candidates.ts';
import {CmaEs} from './cmaEs.ts';

/** Below this width, proposed weights no longer differ measurably. */
const smallestSpread = 1e-4;

/** CMA-ES started from the best candidate so far. Weights are unbounded: they may leave [low, high] and become negative. */
export async function searchCma(candidates: Candidates, {sigma, seed}: SearchConfig): Promise<void> {
  await evolve(candidates, new CmaEs({mean: candidates.best?.weights ?? [], sigma, seed}), 'cma-es');
}

/** Runs generations until the budget is spent or the distribution is narrow; a last generation that is cut short is not learnt from. */
export async function evolve(candidates: Candidates, strategy: CmaEs, origin: string): Promise<void> {
  while (candidates.left > 0 && strategy.spread >= smallestSpread) {
    const generation = strategy.ask().map(roundWeights);
    const losses: number[] = [];
    for (const weights of generation) losses.push(await candidates.evaluate(weights, origin));
    strategy.tell(generation, losses);
  }
}
