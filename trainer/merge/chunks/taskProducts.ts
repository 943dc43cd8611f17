import type {MergeBuffers} from './mergeBuffers.ts';
import type {TensorPass} from './tensorPass.ts';

/** Inner products of a tensor: |theta|^2, theta . tau_i, tau_i . tau_j, and in how many elements tau_i and tau_j are not zero and have the same sign. */
export interface TaskProducts {
  readonly base: number;
  readonly baseTasks: readonly number[];
  /** [i][j] for j <= i. */
  readonly tasks: readonly (readonly number[])[];
  /** [i][j] for j < i. */
  readonly agreement: readonly (readonly {readonly both: number; readonly same: number}[])[];
}

const blockElements = 256;

/** Bytes of kernel memory that `ProductSums` needs. */
export function productBytes(experts: number): number {
  return 8 * (1 + 3 * experts * experts) + 4 * blockElements * experts + 256;
}

/** Sums inner products of the task vectors of a tensor chunk by chunk. The sums do not depend on the chunk size. */
export class ProductSums {
  readonly #buffers: MergeBuffers;
  readonly #count: number;
  readonly #sums: number;
  readonly #agreements: number;
  readonly #scratch: number;

  constructor(buffers: MergeBuffers) {
    this.#buffers = buffers;
    this.#count = buffers.experts.length;
    this.#sums = buffers.kernel.allocate(8 * this.#sumCount());
    this.#agreements = buffers.kernel.allocate(8 * this.#agreementCount());
    this.#scratch = buffers.kernel.allocate(4 * blockElements * this.#count);
  }

  /** Starts a new tensor. */
  reset(): void {
    this.#buffers.kernel.doubles(this.#sums, this.#sumCount()).fill(0);
    this.#buffers.kernel.doubles(this.#agreements, this.#agreementCount()).fill(0);
  }

  /** Adds the chunk in the buffers, for all experts; call it before the chunk is changed. */
  add(count: number): void {
    const {kernel, base, experts} = this.#buffers;
    const {table} = this.#buffers.terms(
      experts.map((_, i) => i),
      [],
    );
    kernel.run.addProducts(this.#sums, this.#agreements, base, table, this.#count, this.#scratch, count);
  }

  read(): TaskProducts {
    const sums = this.#buffers.kernel.doubles(this.#sums, this.#sumCount());
    const agreements = this.#buffers.kernel.doubles(this.#agreements, this.#agreementCount());
    let at = 1;
    let pair = 0;
    const baseTasks: number[] = [];
    const tasks: number[][] = [];
    const agreement: {both: number; same: number}[][] = [];
    for (let i = 0; i < this.#count; i++) {
      baseTasks.push(sums[at++] ?? 0);
      tasks.push(Array.from({length: i + 1}, () => sums[at++] ?? 0));
      agreement.push(Array.from({length: i}, () => ({both: agreements[pair++] ?? 0, same: agreements[pair++] ?? 0})));
    }
    return {base: sums[0] ?? 0, baseTasks, tasks, agreement};
  }

  #sumCount(): number {
    return 1 + this.#count + (this.#count * (this.#count + 1)) / 2;
  }

  #agreementCount(): number {
    return this.#count * (this.#count - 1);
  }
}

/** The products of a whole tensor, in a separate pass over it. */
export function measureTensor(pass: TensorPass, sums: ProductSums): TaskProducts {
  sums.reset();
  for (const {count} of pass.chunks(pass.buffers.experts.map((_, i) => i))) sums.add(count);
  return sums.read();
}
