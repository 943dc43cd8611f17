import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {filterDirection} from '../../../../trainer/merge/landscape/filterDirection.ts';
import {innerProduct} from '../../../../trainer/merge/landscape/innerProduct.ts';
import {taskDirections} from '../../../../trainer/merge/landscape/taskDirections.ts';
import {disposeParams, param, type Params} from '../../../../trainer/nn/params.ts';
import {createRandom} from '../../../../trainer/random.ts';
import {describeOnEngines} from '../../../helpers/engine/engines.ts';
import {expectNoLeak} from '../../../helpers/engine/tensorCount.ts';

const shapes: Readonly<Record<string, number[]>> = {
  'conv.weight': [3, 3, 2, 5],
  'linear.weight': [7, 4],
  'linear.bias': [4],
  'norm.weight': [6],
};

function model(seed: number): Params {
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const random = createRandom(seed, name);
      const values = random.fillNormal(new Float32Array(shape.reduce((product, axis) => product * axis, 1)));
      return [name, tf.tensor(values, shape)];
    }),
  );
}

/** Norm of each filter, in double: outputs are the last axis. */
function filterNorms(params: Params, name: string): number[] {
  const {shape} = param(params, name);
  const outputs = shape.at(-1) ?? 0;
  const squares = new Array<number>(outputs).fill(0);
  for (const [i, value] of param(params, name).dataSync().entries()) squares[i % outputs]! += value * value;
  return squares.map(Math.sqrt);
}

const cosine = async (a: Params, b: Params) =>
  (await innerProduct(a, b)) / Math.sqrt((await innerProduct(a, a)) * (await innerProduct(b, b)));

describeOnEngines('random directions', () => {
  it('have the norm of the model in each filter, and nothing of biases and scales', async () => {
    const params = model(0);
    const direction = filterDirection(params, 3, 0);
    for (const name of ['conv.weight', 'linear.weight']) {
      const norms = filterNorms(params, name);
      filterNorms(direction, name).forEach((norm, i) => expect(norm / norms[i]!).toBeCloseTo(1, 5));
      expect(param(direction, name).shape).toEqual(shapes[name]);
    }
    for (const name of ['linear.bias', 'norm.weight']) expect(Math.max(...param(direction, name).dataSync())).toBe(0);
    expect(Math.abs(await cosine(params, direction))).toBeLessThan(0.3);
    [params, direction].forEach(disposeParams);
  });

  it('are the same for the same seed, and others for another seed or index', async () => {
    const params = model(0);
    const made = [filterDirection(params, 3, 0), filterDirection(params, 3, 0)];
    const others = [filterDirection(params, 3, 1), filterDirection(params, 4, 0)];
    expect(await cosine(made[0]!, made[1]!)).toBeCloseTo(1, 6);
    for (const other of others) expect(Math.abs(await cosine(made[0]!, other))).toBeLessThan(0.3);
    [params, ...made, ...others].forEach(disposeParams);
  });

  it('are zero where a filter of the model is', () => {
    const params: Params = new Map([['w', tf.tensor2d([0, 1, 0, 2], [2, 2])]]);
    const direction = filterDirection(params, 0, 0);
    const [a, b, c, d] = param(direction, 'w').dataSync();
    expect([a, c]).toEqual([0, 0]);
    expect(Math.hypot(b ?? 0, d ?? 0)).toBeCloseTo(Math.sqrt(5), 5);
    [params, direction].forEach(disposeParams);
  });
});

describeOnEngines('directions along task vectors', () => {
  it('are orthogonal, as long as the first, and span the same plane', async () => {
    const [first, second] = [model(1), model(2)];
    const [length, product, other] = [
      await innerProduct(first, first),
      await innerProduct(first, second),
      await innerProduct(second, second),
    ];
    const kept = new Map([...second].map(([name, tensor]) => [name, tensor.clone()]));
    const made = (await taskDirections(first, second)) ?? expect.fail();
    expect(made.u).toBe(first);
    expect(made.cosine).toBeCloseTo(product / Math.sqrt(length * other), 6);
    expect(await cosine(made.u, made.v)).toBeCloseTo(0, 6);
    expect((await innerProduct(made.v, made.v)) / length).toBeCloseTo(1, 5);
    // All of the second task vector lies in the plane.
    const [alongU, alongV] = [await innerProduct(kept, made.u), await innerProduct(kept, made.v)];
    expect((alongU ** 2 + alongV ** 2) / length / other).toBeCloseTo(1, 5);
    [made.u, made.v, kept].forEach(disposeParams);
  });

  it('are none for task vectors that are parallel or zero, and leave nothing behind', async () => {
    const scaled = (params: Params, factor: number): Params => {
      const result = new Map([...params].map(([name, tensor]) => [name, tf.mul(tensor, factor)]));
      disposeParams(params);
      return result;
    };
    for (const [one, other] of [
      [1, -2],
      [0, 1],
      [1, 0],
    ] as const) {
      await expectNoLeak(async () => {
        expect(await taskDirections(scaled(model(1), one), scaled(model(1), other))).toBeNull();
      });
    }
  });
});
