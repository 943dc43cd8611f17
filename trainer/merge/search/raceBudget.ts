import type {Proposal} from './baselineCandidates.ts';
import {cmaParameters} from './cmaParameters.ts';
import {raceImages} from './race.ts';

/** How a search by races spends its budget. */
export interface RaceBudget {
  /** Largest number of candidates, `start` included. */
  readonly budget: number;
  /** Images of a candidate in each round of a race. */
  readonly rounds: readonly number[];
}

/** What a search begins with. */
export interface RaceStart {
  /** What the others are compared with: measured by all images, unless its value is known. */
  readonly start: Proposal & {readonly value?: number};
  /** Candidates that race first. */
  readonly others: readonly Proposal[];
}

/** Images that a search by races draws: fewer only where a candidate comes twice or is refused, or the search has converged. */
export function racedSearchImages({budget, rounds}: RaceBudget, {start, others}: RaceStart): number {
  const {population} = cmaParameters(start.weights.length);
  const {given, generations, mean} = raceSizes(budget, others.length, population);
  const first = start.value === undefined ? (rounds.at(-1) ?? 0) : 0;
  return [given, ...generations, mean].reduce((sum, size) => sum + raceImages(size, rounds), first);
}

/** Sizes of the races of a search, in their order. */
export interface RaceSizes {
  /** Of the candidates that are given. */
  readonly given: number;
  /** The last may be short of the population. */
  readonly generations: readonly number[];
  /** Of the mean, which is a candidate of its own once a whole generation has moved it. */
  readonly mean: 0 | 1;
}

/** How a budget is spent. */
export function raceSizes(budget: number, others: number, population: number): RaceSizes {
  const given = Math.max(0, Math.min(budget - 1, others));
  const left = Math.max(0, budget - 1 - given);
  const mean = left > population ? 1 : 0;
  const whole = Array.from({length: Math.floor((left - mean) / population)}, () => population);
  const rest = (left - mean) % population;
  return {given, generations: rest > 0 ? [...whole, rest] : whole, mean};
}
