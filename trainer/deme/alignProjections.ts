import * as tf from '@tensorflow/tfjs-core';
import type {Params} from '../nn/params.ts';
import {isProjection} from '../store/weights/projections.ts';

/**
 * Gives every model the projections that any of them has: a missing one is the identity, not zero, as the original network behaves
 * as if it had identities there. New maps; tensors that exist are shared, so dispose one side only.
 */
export function alignProjections(models: readonly Params[]): Params[] {
  const shapes = new Map<string, number[]>();
  for (const model of models) {
    for (const [name, tensor] of model) if (isProjection(name)) shapes.set(name, tensor.shape);
  }
  const names = [...shapes.keys()].sort((a, b) => projectionIndex(a) - projectionIndex(b));
  return models.map((model) => {
    const stock = [...model].filter(([name]) => !isProjection(name));
    const projections = names.map((name) => [name, model.get(name) ?? identity(shapes.get(name) ?? [])] as const);
    return new Map([...stock, ...projections]);
  });
}

function identity(shape: readonly number[]): tf.Tensor {
  const channels = shape.at(-1) ?? 0;
  return tf.tidy(() => tf.reshape(tf.eye(channels), [1, 1, channels, channels]));
}

function projectionIndex(name: string): number {
  return Number(name.split('.')[1]);
}
