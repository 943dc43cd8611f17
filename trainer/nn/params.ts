import {dispose, type Tensor} from '@tensorflow/tfjs-core';

/**
 * All parameters of a network: one flat, ordered map from the diffusers name to a float32 tensor.
 * In memory convolutions are [kh, kw, in, out] and linears [in, out]; `models/layout.ts` turns them from and to PyTorch's order.
 */
export type Params = ReadonlyMap<string, Tensor>;

/** The tensor of that name; a missing one is a bug, since loading checks the key set. */
export function param<T extends Tensor = Tensor>(params: Params, name: string): T {
  const tensor = params.get(name);
  if (tensor === undefined) throw new Error(`no parameter named ${name}`);
  return tensor as T;
}

/** A new map with `f` of each tensor; the caller owns what `f` makes. */
export function mapParams(params: Params, f: (tensor: Tensor, name: string) => Tensor): Params {
  return new Map([...params].map(([name, tensor]) => [name, f(tensor, name)]));
}

/** Number of scalars. */
export function countParams(params: Params): number {
  return [...params.values()].reduce((sum, tensor) => sum + tensor.size, 0);
}

/** Frees all tensors of the map. */
export function disposeParams(params: Params): void {
  dispose([...params.values()]);
}
