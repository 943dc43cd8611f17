import type {DType} from './dtype.ts';

/** The tensors of a weights file or folder, whatever its format, one at a time: nothing but the header is kept in memory. */
export interface TensorReader {
  /** Name -> shape in PyTorch's order (convolutions [out, in, kh, kw], linears [out, in]). */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Name -> number format on disk. */
  readonly dtypes: ReadonlyMap<string, DType>;
  readonly metadata: ReadonlyMap<string, string>;
  /**
   * The values in row-major order, widened (or, from F64 and I64, rounded) to float32; in `into` where there is one, which is of the tensor's
   * size, so that many tensors can be read one after the other without an array for each.
   */
  read(name: string, into?: Float32Array): Promise<Float32Array>;
  /** The values in row-major order as the little-endian bytes of their dtype, for a lossless copy. */
  readBytes(name: string): Promise<Uint8Array>;
  /** Any part of the bytes that `readBytes` gives, without holding more than that part. */
  slices(name: string): Promise<TensorSlices>;
  close(): Promise<void>;
}

/** A tensor that is read piece by piece. */
export interface TensorSlices {
  /** Fills `target` with the bytes from `offset` on, and blocks meanwhile: what asks for the next piece has nothing else to do. */
  read(offset: number, target: Uint8Array): void;
}

/** Pieces of a tensor that is in memory as a whole. */
export function slicesOf(bytes: Uint8Array): TensorSlices {
  return {read: (offset, target) => target.set(bytes.subarray(offset, offset + target.length))};
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
