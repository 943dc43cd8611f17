import {tensor} from '@tensorflow/tfjs-core';
import type {NetworkConfig} from '../contract/model/networkConfig.ts';
import {isProjection} from '../contract/model/projectionName.ts';
import type {Params} from '../nn/params.ts';
import {createRandom} from '../random.ts';
import {createDenoiser} from './architectures.ts';

/**
 * New parameters without projections, drawn as PyTorch's Conv2d and Linear draw them: weight and bias uniform within
 * 1/sqrt(fan in) (He et al. 2015 with a = sqrt(5)); norms are 1 and 0. Each tensor has its own stream of `seed`, so that it
 * does not depend on the others.
 */
export function initialiseParams(config: NetworkConfig, seed: number): Params {
  const {shapes} = createDenoiser(config);
  const own = [...shapes].filter(([name]) => !isProjection(name));
  return new Map(own.map(([name, shape]) => [name, tensor(initialValues(shapes, name, seed), [...shape], 'float32')]));
}

/** What a parameter of a network with these shapes begins with. */
export function initialValues(
  shapes: ReadonlyMap<string, readonly number[]>,
  name: string,
  seed: number,
): Float32Array {
  const shape = shapes.get(name) ?? [];
  const values = new Float32Array(product(shape));
  const weightShape = shapes.get(name.replace(/\.bias$/, '.weight')) ?? shape;
  if (weightShape.length === 1) return values.fill(name.endsWith('.weight') ? 1 : 0);
  const bound = 1 / Math.sqrt(product(weightShape.slice(0, -1)));
  const random = createRandom(seed, 'init', name);
  return values.map(() => (2 * random.float() - 1) * bound);
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((result, size) => result * size, 1);
}
