/** Losses summed and counted per timestep bucket, on the host. */
export interface BucketTotals {
  count: number[];
  denoise: number[];
  consistency: number[];
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

  /** Adds the losses of single images; all three arrays have length N. */
  add(timesteps: readonly number[], denoise: ArrayLike<number>, consistency: ArrayLike<number>): void {
    timesteps.forEach((timestep, i) => {
      const bucket = bucketOf(timestep, this.#buckets, this.#timesteps);
      this.#totals.count[bucket]! += 1;
      this.#totals.denoise[bucket]! += denoise[i] ?? NaN;
      this.#totals.consistency[bucket]! += consistency[i] ?? NaN;
    });
  }

  /** The totals so far; counting starts anew. */
  take(): BucketTotals {
    const totals = this.#totals;
    this.#totals = empty(this.#buckets);
    return totals;
  }
}

function empty(buckets: number): BucketTotals {
  const zeros = () => new Array<number>(buckets).fill(0);
  return {count: zeros(), denoise: zeros(), consistency: zeros()};
}
