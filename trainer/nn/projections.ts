import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import type {ProjectionMode} from '../contract/model/projectionMode.ts';
import {compareProjections, isProjection, projectionName} from '../contract/model/projectionName.ts';
import {conv2d} from './layers.ts';
import type {Params} from './params.ts';

/** A place of a network where DeMe may put a channel-wise projection W (DeMe, section 3.2). */
export interface ProjectionSite {
  /** Of the block before it, as in `down 0`, `mid`, `up 1`. */
  readonly name: string;
  /** C: W is [1,1,C,C] in memory. */
  readonly channels: number;
  /**
   * The layers whose sum W is applied to, and nothing else is: their kernels and biases can take W in, exactly. Null where there are no
   * such layers, so that only the identity folds into a stock model.
   */
  readonly feedingLayers: readonly string[] | null;
}

/** Names and shapes [1,1,C,C] of the projections of a mode, in forward order. */
export function projectionShapes(
  sites: readonly ProjectionSite[],
  mode: ProjectionMode,
): ReadonlyMap<string, readonly number[]> {
  if (mode === 'off') return new Map();
  const all = sites.map(({channels, feedingLayers}, index) => {
    return {name: projectionName(index), shape: [1, 1, channels, channels], folds: feedingLayers !== null};
  });
  return new Map(all.filter(({folds}) => folds || mode === 'full').map(({name, shape}) => [name, shape]));
}

/** The strictest mode that allows for projections of these names. */
export function projectionMode(names: readonly string[], sites: readonly ProjectionSite[]): ProjectionMode {
  if (names.length === 0) return 'off';
  const folding = projectionShapes(sites, 'stock-compatible');
  return names.every((name) => folding.has(name)) ? 'stock-compatible' : 'full';
}

/**
 * P(F) = W F on the channel axis of x [N,H,W,C] (DeMe, section 3.2); x itself where the parameters hold no projection of that index.
 */
export function project(params: Params, index: number, x: Tensor4D): Tensor4D {
  const weight = params.get(projectionName(index));
  return weight === undefined ? x : conv2d(x, weight as Tensor4D, null, 1, 'valid');
}

/**
 * The parameters with an identity for each projection of the mode that they lack (DeMe, section 3.2: W starts as the
 * identity), which leaves the predictions as they are. The tensors of `params` are shared, not copied; the caller owns the
 * new ones too.
 */
export function addIdentityProjections(params: Params, sites: readonly ProjectionSite[], mode: ProjectionMode): Params {
  const missing = [...projectionShapes(sites, mode)].filter(([name]) => !params.has(name));
  return new Map([...params, ...missing.map(([name, shape]): [string, Tensor] => [name, identity(shape)])]);
}

/**
 * Gives every model the projections that any of them has: a missing one is the identity, not zero, since the network without it computes
 * as if it were there. New maps, which share the tensors that exist: dispose of one side only.
 */
export function alignProjections(models: readonly Params[]): Params[] {
  const shapes = new Map<string, readonly number[]>();
  for (const model of models) {
    for (const [name, tensor] of model) if (isProjection(name)) shapes.set(name, tensor.shape);
  }
  const names = [...shapes.keys()].sort(compareProjections);
  return models.map((model) => {
    const stock = [...model].filter(([name]) => !isProjection(name));
    const projections = names.map((name) => [name, model.get(name) ?? identity(shapes.get(name) ?? [])] as const);
    return new Map([...stock, ...projections]);
  });
}

function identity(shape: readonly number[]): Tensor {
  return tf.tidy(() => tf.reshape(tf.eye(shape.at(-1) ?? 0), [...shape]));
}
