import type {TensorPass} from '../chunks/tensorPass.ts';

/** How one tensor is merged, after whatever had to be measured of it. */
export interface TensorPlan {
  /** Experts whose chunks are needed. */
  readonly experts: readonly number[];
  /** Writes the result of the chunk that lies in the buffers to their `out`. */
  combine(first: number, count: number): void;
}

/** A merge method: plans a tensor, given the weight of each expert in it. May read the tensor as often as it needs. */
export type TensorMethod = (pass: TensorPass, weights: readonly number[]) => TensorPlan;

/** Indices of the experts whose weight is not zero: the others change nothing, and are not read. */
export function activeExperts(weights: readonly number[]): number[] {
  return weights.flatMap((weight, index) => (weight === 0 ? [] : [index]));
}

/** The base as it is, to the bit. */
export function copyOfBase({buffers}: TensorPass): TensorPlan {
  const {kernel, base, out} = buffers;
  return {experts: [], combine: (_, count) => kernel.bytes(out, 4 * count).set(kernel.bytes(base, 4 * count))};
}
