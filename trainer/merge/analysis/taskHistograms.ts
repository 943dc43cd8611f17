import type {MergeBuffers} from '../chunks/mergeBuffers.ts';

const binCount = 1 << 16;
const signBin = 1 << 15;

/** Bytes of kernel memory that `TaskHistograms` needs. */
export function histogramBytes(experts: number): number {
  return experts * (4 * binCount + 64);
}

/** Elements after which the 32-bit bins are emptied, before any can overflow. */
const maxCounted = 2 ** 32 - 1;

/**
 * The distribution of the elements of each task vector in constant memory: a histogram over the upper 16 bits of each float.
 * Rounding keeps their order, so a quantile of the rounded elements is the rounded quantile.
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

  /** Counts the chunk in the buffers, and turns the experts there into task vectors. */
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
 * Quantiles at these shares, from 0 (the smallest element) to 1 (the largest): the smallest element that at least this share of elements does not
 * exceed. Zeros if nothing was counted.
 */
export function quantilesOf(counts: Float64Array, shares: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return shares.map((share) => (total === 0 ? 0 : elementOfRank(counts, Math.max(1, Math.ceil(share * total)))));
}

function elementOfRank(counts: Float64Array, rank: number): number {
  let below = 0;
  for (let place = 0; place < binCount; place++) {
    // Negative floats fill the upper half of the bins, in falling order.
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
  // -0 counts as 0, and values that were rounded up to infinity as the largest finite number.
  return value === 0 ? 0 : Math.max(-largestFloat, Math.min(largestFloat, value));
}
