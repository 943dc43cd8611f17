import type {Candidate} from '../../contract/run/report.ts';
import {Candidates, roundWeights, type Score, type ScoredCandidate} from './candidates.ts';
import {CmaEs} from './cmaEs.ts';
import {evolve} from './searchCma.ts';

/** A search with more weights that starts where one with fewer has ended. */
export interface RefineRequest {
  /** The weights that were found, as a vector of this search. */
  readonly mean: readonly number[];
  /** What its candidates are called. */
  readonly origin: string;
  readonly config: {readonly budget: number; readonly sigma: number};
  readonly seed: number;
  readonly score: Score;
  onCandidate?(candidate: ScoredCandidate, done: number, total: number): void;
}

export interface Refined {
  /** The lowest that was measured. */
  readonly loss: number;
  /** The vector with that loss; null where nothing was better than the start. */
  readonly better: readonly number[] | null;
  /** Those with a finite loss, the start first. */
  readonly candidates: Candidate[];
}

/** CMA-ES without bounds from the weights that were found. */
export async function refineWeights({mean, origin, config, seed, score, onCandidate}: RefineRequest): Promise<Refined> {
  const note = (candidate: ScoredCandidate, done: number) => onCandidate?.(candidate, done, config.budget);
  const candidates = new Candidates(mean.length, config.budget, score, note);
  const before = await candidates.evaluate(roundWeights(mean), 'found weights');
  await evolve(candidates, new CmaEs({mean, sigma: config.sigma, seed}), origin);
  const {best, finite} = candidates;
  const isBetter = best !== undefined && best.loss < before;
  return {loss: isBetter ? best.loss : before, better: isBetter ? best.weights : null, candidates: [...finite]};
}
