import type {Candidate, SearchResult} from '../../contract/run/report.ts';

export type Score = (weights: readonly number[]) => Promise<number>;

/** Weights as they are tried and reported: six decimals, so that a recipe, a config and a command line can repeat them exactly. */
export function roundWeights(weights: readonly number[]): number[] {
  return weights.map((weight) => Number(weight.toFixed(6)) + 0);
}

/** A candidate as it is reported; the loss is null where it is not a finite number. */
export interface ScoredCandidate {
  readonly weights: number[];
  readonly loss: number | null;
  readonly origin: string;
}

/** The weight vectors of one search with their losses. Evaluates no vector twice, and no more vectors than the budget allows. */
export class Candidates {
  /** Number of experts N. */
  readonly experts: number;
  readonly #losses = new Map<string, number>();
  readonly #scored: ScoredCandidate[] = [];

  readonly #budget: number;
  readonly #score: Score;
  readonly #onCandidate: (candidate: ScoredCandidate, done: number) => void;

  constructor(
    experts: number,
    budget: number,
    score: Score,
    onCandidate: (candidate: ScoredCandidate, done: number) => void,
  ) {
    this.experts = experts;
    this.#budget = budget;
    this.#score = score;
    this.#onCandidate = onCandidate;
  }

  /** Evaluations left in the budget. */
  get left(): number {
    return this.#budget - this.#losses.size;
  }

  /** Those with a finite loss, in the order of evaluation. */
  get finite(): readonly Candidate[] {
    return this.#scored.flatMap(({weights, loss, origin}) => (loss === null ? [] : [{weights, loss, origin}]));
  }

  get notFinite(): NonNullable<SearchResult['notFinite']> {
    return this.#scored.flatMap(({weights, loss, origin}) => (loss === null ? [{weights, origin}] : []));
  }

  /** The lowest loss that was measured; undefined before the first finite one. */
  get best(): Candidate | undefined {
    return this.finite.reduce<Candidate | undefined>(
      (best, next) => (best === undefined || next.loss < best.loss ? next : best),
      undefined,
    );
  }

  has(weights: readonly number[]): boolean {
    return this.#losses.has(keyOf(weights));
  }

  /** The loss of these weights; Infinity where it is not finite, or where it is new and the budget is spent. */
  async evaluate(weights: readonly number[], origin: string): Promise<number> {
    const known = this.#losses.get(keyOf(weights));
    if (known !== undefined) return known;
    if (this.left <= 0) return Infinity;
    const measured = await this.#score(weights);
    const finite = Number.isFinite(measured);
    this.#losses.set(keyOf(weights), finite ? measured : Infinity);
    const candidate = {weights: [...weights], loss: finite ? measured : null, origin};
    this.#scored.push(candidate);
    this.#onCandidate(candidate, this.#scored.length);
    return finite ? measured : Infinity;
  }
}

function keyOf(weights: readonly number[]): string {
  return weights.join(',');
}
