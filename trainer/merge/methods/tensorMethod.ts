import type {TensorPass} from '../chunks/tensorPass.ts';

/** How one tensor is merged, once everything it depends on has been measured. */
export interface TensorPlan {
  /** Experts whose chunks are needed. */
  readonly experts: readonly number[];
  /** Merges the chunk in the buffers into their `out`. */
  combine(first: number, count: number): void;
}

/** A merge method: plans a tensor, given the weight of each expert in it. May read the tensor as often as it needs. */
export type TensorMethod = (pass: TensorPass, weights: readonly number[]) => TensorPlan;

/** Indices of the experts of nonzero weight; the others have no effect and are not read. */
export function activeExperts(weights: readonly number[]): number[] {
  return weights.flatMap((weight, index) => (weight === 0 ? [] : [index]));
}

/** A bit-identical copy of the base. */
export function copyOfBase({buffers}: TensorPass): TensorPlan {
  const {kernel, base, out} = buffers;
  return {experts: [], combine: (_, count) => kernel.bytes(out, 4 * count).set(kernel.bytes(base, 4 * count))};
}
