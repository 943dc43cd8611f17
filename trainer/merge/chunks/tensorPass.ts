import {inputNotFinite} from '../files/finite.ts';
import type {MergeBuffers, InputTensor} from './mergeBuffers.ts';

/** Loads one tensor of all inputs of a merge into the buffers, chunk by chunk. */
export class TensorPass {
  readonly #base: InputTensor;
  readonly #experts: readonly InputTensor[];

  constructor(
    readonly buffers: MergeBuffers,
    /** Name of the tensor. */
    readonly name: string,
    /** Elements of the tensor. */
    readonly size: number,
    base: InputTensor,
    experts: readonly InputTensor[],
  ) {
    this.#base = base;
    this.#experts = experts;
  }

  /**
   * The chunks in order; while one is current, the buffers hold it of the base and of the experts `indices`. Throws a UserError at the first value that
   * is not finite in an input whose model is given.
   */
  *chunks(indices: readonly number[]): Generator<{first: number; count: number}> {
    const {buffers, size} = this;
    for (let first = 0; first < size; first += buffers.chunk) {
      const count = Math.min(buffers.chunk, size - first);
      this.#load(this.#base, first, count, buffers.base);
      for (const index of indices) {
        const expert = this.#experts[index];
        if (expert !== undefined) this.#load(expert, first, count, buffers.experts[index] ?? 0);
      }
      yield {first, count};
    }
  }

  /** Inputs are checked, not only the result: some methods would drop a NaN, others spread it over the whole tensor. */
  #load(input: InputTensor, first: number, count: number, address: number): void {
    const {kernel} = this.buffers;
    this.buffers.load(input, first, count, address);
    if (input.model === undefined) return;
    const bad = kernel.run.firstNotFinite(address, Infinity, count);
    if (bad >= 0) throw inputNotFinite(input.model, this.name, kernel.floats(address, count)[bad] ?? NaN, first + bad);
  }

  /** The chunks of one task vector. */
  *taskChunks(index: number): Generator<{first: number; count: number; task: number}> {
    const {buffers} = this;
    const task = buffers.experts[index] ?? 0;
    for (const {first, count} of this.chunks([index])) {
      buffers.kernel.run.toTask(task, buffers.base, count);
      yield {first, count, task};
    }
  }
}
