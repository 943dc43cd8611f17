import {bytesPerElement, widen, type DType} from '../../store/weights/dtype.ts';
import type {TensorSlices} from '../../store/weights/tensorReader.ts';
import type {WeightsFormat} from '../../contract/model/weightsFormat.ts';
import {MergeKernel} from '../kernel/mergeKernel.ts';

/** Elements per chunk: a quarter of a megabyte of each input, which is still in the processor's cache when it is added up. */
export const defaultChunk = 1 << 16;

/** One tensor of one input: where its values come from. */
export interface InputTensor {
  /** Number format on the disk. */
  readonly dtype: DType;
  readonly slices: TensorSlices;
  /** The model it belongs to; if given, values that are not finite are refused. */
  readonly model?: {readonly label: string; readonly path: string};
}

/** The memory of one merge: a chunk of the base, of each expert and of the result, independent of the size of the models. */
export class MergeBuffers {
  readonly kernel: MergeKernel;
  readonly base: number;
  readonly experts: readonly number[];
  readonly out: number;
  readonly #raw: number;
  readonly #narrow: number;
  readonly #table: number;
  readonly #weights: number;

  /**
   * @param count experts
   * @param chunk elements at once, a multiple of 256
   * @param extra bytes that a method allocates besides
   */
  constructor(
    count: number,
    readonly chunk: number,
    extra = 0,
  ) {
    const values = 4 * chunk;
    this.kernel = new MergeKernel(values * (count + 4) + 64 * (count + 8) + extra);
    this.base = this.kernel.allocate(values);
    this.experts = Array.from({length: count}, () => this.kernel.allocate(values));
    this.out = this.kernel.allocate(values);
    this.#raw = this.kernel.allocate(values);
    this.#narrow = this.kernel.allocate(values);
    this.#table = this.kernel.allocate(4 * count);
    this.#weights = this.kernel.allocate(4 * count);
  }

  /** Reads elements [first, first + count) of an input to `address`, as float32. */
  load({dtype, slices}: InputTensor, first: number, count: number, address: number): void {
    const {kernel} = this;
    const width = bytesPerElement[dtype];
    if (dtype === 'F32') return slices.read(first * width, kernel.bytes(address, count * width));
    if (dtype === 'F16' || dtype === 'BF16') {
      slices.read(first * width, kernel.bytes(this.#raw, count * width));
      const convert = dtype === 'F16' ? kernel.run.widenHalf : kernel.run.widenBrain;
      return convert(this.#raw, address, count);
    }
    const bytes = new Uint8Array(count * width);
    slices.read(first * width, bytes);
    kernel.floats(address, count).set(widen(bytes, dtype));
  }

  /** The result of a chunk as the bytes of a format; overwritten by the next. */
  result(format: WeightsFormat, count: number): Uint8Array {
    const {kernel} = this;
    if (format === 'F32') return kernel.bytes(this.out, 4 * count);
    const convert = format === 'F16' ? kernel.run.narrowHalf : kernel.run.narrowBrain;
    convert(this.out, this.#narrow, count);
    return kernel.bytes(this.#narrow, 2 * count);
  }

  /** Writes the lists of experts (by index) and weights that the kernels add up, and returns their addresses. */
  terms(indices: readonly number[], weights: readonly number[]): {table: number; weights: number; count: number} {
    const table = this.kernel.words(this.#table, indices.length);
    indices.forEach((index, i) => (table[i] = this.experts[index] ?? 0));
    this.kernel.floats(this.#weights, weights.length).set(weights);
    return {table: this.#table, weights: this.#weights, count: indices.length};
  }
}
