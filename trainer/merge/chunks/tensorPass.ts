import {inputNotFinite} from '../files/finite.ts';
import type {MergeBuffers, InputTensor} from './mergeBuffers.ts';

/** One tensor of all inputs of a merge, of which chunk after chunk is brought into the buffers. */
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
   * The chunks in order: base and experts `indices` lie in the buffers while one is looked at. Throws a UserError at the first value of an input that is
   * not a finite number, where its model is given.
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

  /** In the result it would be too late: some methods drop such a value, others spread it over the tensor. */
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
