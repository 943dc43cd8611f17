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

  /** The chunks in order: base and experts `indices` lie in the buffers while one is looked at. */
  *chunks(indices: readonly number[]): Generator<{first: number; count: number}> {
    const {buffers, size} = this;
    for (let first = 0; first < size; first += buffers.chunk) {
      const count = Math.min(buffers.chunk, size - first);
      buffers.load(this.#base, first, count, buffers.base);
      for (const index of indices) {
        const expert = this.#experts[index];
        if (expert !== undefined) buffers.load(expert, first, count, buffers.experts[index] ?? 0);
      }
      yield {first, count};
    }
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
