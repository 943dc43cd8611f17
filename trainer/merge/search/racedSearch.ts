import type {Proposal} from './baselineCandidates.ts';
import {roundWeights} from './candidates.ts';
import {CmaEs} from './cmaEs.ts';
import {cmaParameters} from './cmaParameters.ts';
import {race, raceImages, type MeasureByImages, type Raced} from './race.ts';
import {raceSizes, type RaceBudget, type RaceStart} from './raceBudget.ts';

/** Below this width, candidates differ by less than any number of images could show. */
const smallestSpread = 1e-3;

export interface RacedSearchRequest extends RaceBudget, RaceStart {
  /** First step and seed of the CMA-ES. */
  readonly sigma: number;
  readonly seed: number;
  readonly measure: MeasureByImages<Proposal>;
  /** By how much a candidate is beyond what is allowed: above 0 it may not win and is not measured. Left out: all may. */
  readonly excess?: (weights: readonly number[]) => Promise<number>;
  /** Told after each race how many images the search still draws at most. */
  readonly onRace?: (left: number) => void;
}

export type RacedCandidate = Raced<Proposal>;

export interface RacedSearchResult {
  /** The lowest of those that were measured by all images; `start` where nothing is below it. */
  readonly best: RacedCandidate;
  readonly start: RacedCandidate;
  /** All that were measured, race by race, the best of each race first. */
  readonly candidates: readonly RacedCandidate[];
  /** Those that were not allowed to take part. */
  readonly refused: readonly Proposal[];
}

/**
 * CMA-ES whose generations are races. It starts at the best of the candidates that are given, and has no bounds; the mean of the last generation is
 * a candidate too, since it averages over what chance has favoured.
 */
export async function searchByRaces(request: RacedSearchRequest): Promise<RacedSearchResult> {
  return new RacedSearch(request).run();
}

class RacedSearch {
  readonly #candidates: RacedCandidate[] = [];
  readonly #refused: Proposal[] = [];

  constructor(readonly request: RacedSearchRequest) {}

  async run(): Promise<RacedSearchResult> {
    const {budget, others, sigma, seed, rounds, onRace} = this.request;
    const start = await this.#start();
    const {population} = cmaParameters(start.weights.length);
    const {given, generations, mean} = raceSizes(budget, others.length, population);
    const left = [...generations, mean].map((size) => raceImages(size, rounds));
    const tell = () => onRace?.(left.reduce((sum, images) => sum + images, 0));
    await this.#race(others.slice(0, given));
    tell();
    const strategy = new CmaEs({mean: this.#best(start).weights, sigma, seed});
    for (const size of generations) {
      if (strategy.spread < smallestSpread) break;
      const generation = strategy.ask().map(roundWeights);
      const places = await this.#race(generation.slice(0, size).map((weights) => ({weights, origin: 'cma-es'})));
      // Only the order counts. A generation that is cut short is not learnt from.
      if (size === population) strategy.tell(generation, places);
      left.shift();
      tell();
    }
    if (mean > 0) await this.#race([{weights: roundWeights(strategy.mean), origin: 'mean of cma-es'}]);
    onRace?.(0);
    return {best: this.#best(start), start, candidates: this.#candidates, refused: this.#refused};
  }

  async #start(): Promise<RacedCandidate> {
    const {start: given, rounds, measure} = this.request;
    const images = rounds.at(-1) ?? 0;
    const start = {...given, images, value: given.value ?? (await measure(given, images))};
    this.#candidates.push(start);
    return start;
  }

  /** Races the candidates, and returns the place of each: those that are refused come behind all others, the furthest beyond last. */
  async #race(proposals: readonly Proposal[]): Promise<number[]> {
    const {rounds, measure, excess} = this.request;
    const entries: Entry[] = [];
    for (const [index, proposal] of proposals.entries()) {
      entries.push({
        ...proposal,
        index,
        beyond: excess === undefined ? 0 : Math.max(0, await excess(proposal.weights)),
      });
    }
    const refused = entries.filter(({beyond}) => beyond > 0).sort((a, b) => a.beyond - b.beyond);
    const ranked = await race(
      entries.filter(({beyond}) => beyond === 0),
      rounds,
      measure,
    );
    this.#refused.push(...refused.map(({weights, origin}) => ({weights, origin})));
    this.#candidates.push(...ranked.map(({weights, origin, value, images}) => ({weights, origin, value, images})));
    const order = [...ranked, ...refused].map(({index}) => index);
    return proposals.map((_, index) => order.indexOf(index));
  }

  #best(start: RacedCandidate): RacedCandidate {
    const whole = this.#candidates.filter(({images, value}) => images === start.images && Number.isFinite(value));
    return whole.reduce((best, next) => (next.value < best.value ? next : best), start);
  }
}

interface Entry extends Proposal {
  /** Among the candidates of its race. */
  readonly index: number;
  readonly beyond: number;
}
