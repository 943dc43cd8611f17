import {median} from '../bench/median.ts';

/** What a soak saw at one moment. */
export interface SoakSample {
  /** Minutes of training so far. */
  readonly minute: number;
  readonly updates: number;
  /** Resident bytes of the process that trains and of the one that owns the run. */
  readonly trainer: number;
  readonly owner: number;
}

export interface MemoryGrowth {
  /** Medians in bytes after the warm-up and at the end. */
  readonly early: number;
  readonly late: number;
  /** As a share of `early`. */
  readonly share: number;
}

/** Share of the minutes that count as warm-up. */
const warmUp = 0.2;

/**
 * How the memory has grown after the warm-up: the median of the first quarter of what is left against that of the last quarter, so that no
 * single sample decides. Null where there are too few samples to say.
 */
export function memoryGrowth(samples: readonly SoakSample[]): MemoryGrowth | null {
  const end = samples.at(-1)?.minute ?? 0;
  const warm = samples.filter(({minute}) => minute >= warmUp * end);
  const quarter = Math.floor(warm.length / 4);
  if (quarter < 2) return null;
  const middle = (of: readonly SoakSample[]) => median(of.map(({trainer, owner}) => trainer + owner));
  const [early, late] = [middle(warm.slice(0, quarter)), middle(warm.slice(-quarter))];
  return {early, late, share: late / early - 1};
}
