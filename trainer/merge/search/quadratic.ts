import type {SearchConfig} from '../../contract/config/searchConfig.ts';
import type {Candidate} from '../../contract/run/report.ts';
import {scaledUnit, type Proposal} from './baselineCandidates.ts';
import {type Candidates, roundWeights} from './candidates.ts';
import {minimiseQuadratic, type Box} from './minimiseQuadratic.ts';
import {fitQuadratic, type Observation} from './quadraticModel.ts';

/** Proposals this close to an earlier candidate add nothing: the fit has converged. */
const sameWeights = 1e-4;
/** A gain below this share of the total gain over the base counts as none. */
const smallGain = 1e-3;

/**
 * Response surface: near the base the loss is smooth in the weights, so (N+1)(N+2)/2 probes fix a quadratic whose minimum is
 * tried next, then added to the fit, and so on. Ends with the budget or after two proposals that gain nothing.
 *
 * Weights may go half of the width beyond [low, high], further only from a best that lies there.
 */
export async function searchQuadratic(candidates: Candidates, config: SearchConfig): Promise<void> {
  const reserve = Math.min(6, Math.floor(config.budget / 4));
  for (const {weights, origin} of designPoints(candidates.experts)) {
    if (candidates.left > reserve) await candidates.evaluate(weights, origin);
  }
  await refine(candidates, config);
}

/**
 * With zero and the one-hot vectors, which every search tries, these make a quadratic unique: the halves give slope and curvature
 * along each axis, the pairs the interactions. Neighbouring ranges come first, for where the budget is short.
 */
export function designPoints(experts: number): Proposal[] {
  const halves = Array.from({length: experts}, (_, i) => ({
    weights: scaledUnit(experts, i, 0.5),
    origin: `half of expert-${i}`,
  }));
  const pairs = halves.flatMap((_, gap) =>
    gap === 0
      ? []
      : halves.slice(gap).map((_, i) => ({
          weights: halfPair(experts, i, i + gap),
          origin: `half of expert-${i} and expert-${i + gap}`,
        })),
  );
  return [...halves, ...pairs];
}

function halfPair(experts: number, i: number, j: number): number[] {
  return Array.from({length: experts}, (_, k) => (k === i || k === j ? 0.5 : 0));
}

async function refine(candidates: Candidates, config: SearchConfig): Promise<void> {
  let radius = Infinity;
  let failures = 0;
  for (let round = 1; failures < 2 && candidates.left > 0; round++) {
    const best = candidates.best;
    if (best === undefined) return;
    const model = fitQuadratic(observationsAround(best, candidates, round), best.weights);
    const starts = candidates.finite.map(({weights}) => weights);
    const weights = roundWeights(minimiseQuadratic(model, trustRegion(best, config, radius), starts));
    if (distance(weights, best.weights) < sameWeights) return;
    const gain = best.loss - (await candidates.evaluate(weights, 'quadratic fit'));
    failures = gain > smallGain * gainedSoFar(candidates) ? 0 : failures + 1;
    // The fit was too optimistic there: shrink the trust region around the best.
    if (gain <= 0) radius = distance(weights, best.weights) / 2;
  }
}

/** The loss is quadratic only locally, so each round gives more weight to observations near the best. */
function observationsAround(best: Candidate, candidates: Candidates, round: number): Observation[] {
  const trust = (weights: readonly number[]) => (1 + (round * distance(weights, best.weights)) ** 2) ** -3;
  return candidates.finite.map(({weights, loss}) => ({weights, loss, trust: trust(weights)}));
}

function trustRegion(best: Candidate, {low, high}: SearchConfig, radius: number): Box {
  const margin = Math.abs(high - low) / 2;
  return {
    low: best.weights.map((weight) => Math.max(Math.min(low, high, weight) - margin, weight - radius)),
    high: best.weights.map((weight) => Math.min(Math.max(low, high, weight) + margin, weight + radius)),
  };
}

function gainedSoFar(candidates: Candidates): number {
  const losses = candidates.finite.map(({loss}) => loss);
  return (losses[0] ?? 0) - Math.min(...losses);
}

/** Largest difference of two weights. */
function distance(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? 0))));
}
