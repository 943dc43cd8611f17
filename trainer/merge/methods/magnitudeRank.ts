import type {MergeBuffers} from '../chunks/mergeBuffers.ts';
import type {TensorPass} from '../chunks/tensorPass.ts';

const upperBins = 1 << 15;
const lowerBins = 1 << 16;

/** Bytes of kernel memory that `MagnitudeRank` needs. */
export const rankBytes = 4 * (upperBins + lowerBins) + 256;

/**
 * Order statistics of the magnitudes of a task vector without sorting or storing it. Floats of one sign are ordered like their bits, so a histogram of the
 * upper bits, and one of the lower bits within the relevant bin, give the exact value of any rank in two or more passes over the tensor.
 */
export class MagnitudeRank {
  readonly #buffers: MergeBuffers;
  readonly #upper: number;
  readonly #lower: number;

  constructor(buffers: MergeBuffers) {
    this.#buffers = buffers;
    this.#upper = buffers.kernel.allocate(4 * upperBins);
    this.#lower = buffers.kernel.allocate(4 * lowerBins);
  }

  /** For each rank the bits of the rank-th largest magnitude, counted from 1, of the task vector of expert `index`. */
  largest(pass: TensorPass, index: number, ranks: readonly number[]): number[] {
    const {kernel} = this.#buffers;
    const upper = kernel.words(this.#upper, upperBins).fill(0);
    for (const {task, count} of pass.taskChunks(index)) kernel.run.countUpper(task, this.#upper, count);
    const places = ranks.map((rank) => placeOf(upper, rank));
    const bins = [...new Set(places.map(({bin}) => bin))];
    const found = new Map<number, Uint32Array>();
    for (const bin of bins) found.set(bin, this.#countLower(pass, index, bin));
    return places.map(({bin, rest}) => bin * lowerBins + placeOf(found.get(bin) ?? new Uint32Array(), rest).bin);
  }

  #countLower(pass: TensorPass, index: number, bin: number): Uint32Array {
    const {kernel} = this.#buffers;
    const lower = kernel.words(this.#lower, lowerBins).fill(0);
    for (const {task, count} of pass.taskChunks(index)) kernel.run.countLower(task, bin, this.#lower, count);
    return lower.slice();
  }
}

/** The bin, from the top, in which the element of that rank lies, and its rank inside. */
function placeOf(bins: Uint32Array, rank: number): {bin: number; rest: number} {
  let rest = rank;
  for (let bin = bins.length - 1; bin >= 0; bin--) {
    const count = bins[bin] ?? 0;
    if (rest <= count) return {bin, rest};
    rest -= count;
  }
  throw new RangeError(`there is no element of rank ${rank}`);
}
