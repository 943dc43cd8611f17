import type {MergeBuffers} from '../chunks/mergeBuffers.ts';

const binCount = 1 << 16;
const signBin = 1 << 15;

/** What `TaskHistograms` needs of a merge's memory, in bytes. */
export function histogramBytes(experts: number): number {
  return experts * (4 * binCount + 64);
}

/** No bin of 32 bits can overflow before so many elements have been counted. */
const maxCounted = 2 ** 32 - 1;

/**
 * How the elements of each task vector are distributed, in memory that does not grow with their number: they are counted by their upper 16
 * bits. Rounding keeps their order, so a quantile of the rounded elements is the rounded quantile.
 */
export class TaskHistograms {
  readonly #buffers: MergeBuffers;
  readonly #bins: readonly number[];
  readonly #counts: readonly Float64Array[];
  #counted = 0;

  constructor(buffers: MergeBuffers) {
    this.#buffers = buffers;
    this.#bins = buffers.experts.map(() => buffers.kernel.allocate(4 * binCount));
    this.#counts = buffers.experts.map(() => new Float64Array(binCount));
  }

  /** Counts the chunk that lies in the buffers. The experts there are task vectors afterwards. */
  add(count: number): void {
    const {kernel, experts, base} = this.#buffers;
    if (this.#counted + count > maxCounted) this.#flush();
    this.#counted += count;
    experts.forEach((address, i) => {
      kernel.run.toTask(address, base, count);
      kernel.run.countRounded(address, this.#bins[i] ?? 0, count);
    });
  }

  /** What was counted since the last call, for each expert: elements by their upper 16 bits. */
  take(): Float64Array[] {
    this.#flush();
    const taken = this.#counts.map((counts) => counts.slice());
    for (const counts of this.#counts) counts.fill(0);
    return taken;
  }

  #flush(): void {
    this.#bins.forEach((address, i) => {
      const bins = this.#buffers.kernel.words(address, binCount);
      const counts = this.#counts[i];
      if (counts) bins.forEach((count, bin) => (counts[bin] = (counts[bin] ?? 0) + count));
      bins.fill(0);
    });
    this.#counted = 0;
  }
}

/**
 * The elements at these ranks, as shares from 0 (the smallest) to 1 (the largest): the smallest element that so large a share does not
 * exceed. Zeros where nothing was counted.
 */
export function quantilesOf(counts: Float64Array, shares: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return shares.map((share) => (total === 0 ? 0 : elementOfRank(counts, Math.max(1, Math.ceil(share * total)))));
}

function elementOfRank(counts: Float64Array, rank: number): number {
  let below = 0;
  for (let place = 0; place < binCount; place++) {
    // Negative floats are the upper half of the bins, the larger the smaller.
    const bin = place < signBin ? binCount - 1 - place : place - signBin;
    below += counts[bin] ?? 0;
    if (below >= rank) return valueOfBin(bin);
  }
  throw new RangeError(`there is no element of rank ${rank}`);
}

const largestFloat = 2 ** 128 - 2 ** 104;

/** The float whose upper 16 bits are `bin`, the others being zero. */
function valueOfBin(bin: number): number {
  const [value = NaN] = new Float32Array(new Uint32Array([bin * 2 ** 16]).buffer);
  // Both zeros are the same, and what was rounded up to infinity was the largest there is.
  return value === 0 ? 0 : Math.max(-largestFloat, Math.min(largestFloat, value));
}
