import {byLossTerm, type LossTerm, lossTermNames} from '../contract/run/lossTerms.ts';

/** Draws and summed losses per timestep bucket, on the host. */
export interface BucketTotals {
  readonly count: number[];
  readonly losses: Readonly<Record<LossTerm, number[]>>;
}

/** Bucket of timestep t: floor(t * buckets / T). */
export function bucketOf(timestep: number, buckets: number, timesteps: number): number {
  return Math.floor((timestep * buckets) / timesteps);
}

/** Per-timestep losses since the last `take`. */
export class TimestepBuckets {
  readonly #buckets: number;
  readonly #timesteps: number;
  #totals: BucketTotals;

  constructor(buckets: number, timesteps: number) {
    this.#buckets = Math.min(buckets, timesteps);
    this.#timesteps = timesteps;
    this.#totals = empty(this.#buckets);
  }

  /** Adds the losses of single images; all arrays have length N. */
  add(timesteps: readonly number[], losses: Readonly<Record<LossTerm, ArrayLike<number>>>): void {
    timesteps.forEach((timestep, i) => {
      const bucket = bucketOf(timestep, this.#buckets, this.#timesteps);
      this.#totals.count[bucket]! += 1;
      for (const term of lossTermNames) this.#totals.losses[term][bucket]! += losses[term][i] ?? NaN;
    });
  }

  /** Returns the totals so far and starts again from zero. */
  take(): BucketTotals {
    const totals = this.#totals;
    this.#totals = empty(this.#buckets);
    return totals;
  }
}

function empty(buckets: number): BucketTotals {
  const zeros = () => new Array<number>(buckets).fill(0);
  return {count: zeros(), losses: byLossTerm(zeros)};
}
