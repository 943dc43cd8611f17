import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {applyWeights, taskVectors} from '../../../trainer/merge/blend.ts';
import {plainLinear} from './plainLinear.ts';
import {disposeParams, type Params} from '../../../trainer/nn/params.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';
import {maxUlps} from './ulp.ts';

const shapes = {kernel: [3, 3, 2, 4], bias: [4]};

/** Numbers without a pattern that fit in float32. */
function values(name: keyof typeof shapes, seed: number): Float32Array {
  const size = shapes[name].reduce((product, axis) => product * axis, 1);
  return Float32Array.from({length: size}, (_, k) => Math.sin(12.9898 * (k + 1) + 78.233 * seed));
}

function model(seed: number): Params {
  return new Map((['kernel', 'bias'] as const).map((name) => [name, tf.tensor(values(name, seed), shapes[name])]));
}

async function dataOf(params: Params, name: string): Promise<Float32Array> {
  return (await params.get(name)?.data()) as Float32Array;
}

/** theta + sum_i w_i (theta_i - theta) */
function blend(base: Params, experts: readonly Params[], weights: readonly number[]): Params {
  const vectors = taskVectors(base, experts);
  const result = applyWeights(base, vectors, weights);
  vectors.forEach(disposeParams);
  return result;
}

describeOnEngines('applyWeights', () => {
  it.each([[[0.1, 0.1, 0.2]], [[-0.5, 0, 1.5]], [[1, 0, 0]]])('is the plain sum with %j', async (weights) => {
    const [base, ...experts] = [0, 1, 2, 3].map(model);
    const sum = blend(base!, experts, weights);
    for (const name of ['kernel', 'bias'] as const) {
      const expected = plainLinear(
        values(name, 0),
        [1, 2, 3].map((seed) => values(name, seed)),
        weights,
      );
      const sizes = expected.map((_, k) => Math.max(...[0, 1, 2, 3].map((seed) => Math.abs(values(name, seed)[k]!))));
      const actual = await dataOf(sum, name);
      // One unit at the size of the summands: an engine may fuse a product and a sum.
      expect(
        maxUlps(
          actual.map((value, k) => sizes[k]! + (value - expected[k]!)),
          sizes,
        ),
      ).toBeLessThanOrEqual(1);
    }
    [sum, base!, ...experts].forEach(disposeParams);
  });

  it('gives the base for zero weights, as tensors of its own', async () => {
    const [base, expert] = [model(0), model(1)];
    const sum = blend(base, [expert], [0]);
    disposeParams(base);
    expect(await dataOf(sum, 'kernel')).toEqual(values('kernel', 0));
    [sum, expert].forEach(disposeParams);
  });

  it('keeps nothing but its result', async () => {
    const [base, ...experts] = [0, 1, 2, 3].map(model);
    await expectNoLeak(() => disposeParams(blend(base!, experts, [0.5, 0, -1])));
    const vectors = taskVectors(base!, experts);
    await expectNoLeak(() => disposeParams(applyWeights(base!, vectors, [0, 0, 0])));
    const before = tf.memory().numTensors;
    const merged = applyWeights(base!, vectors, [1, 2, 3]);
    expect(tf.memory().numTensors - before).toBe(merged.size);
    [merged, base!, ...vectors, ...experts].forEach(disposeParams);
  });

  it('refuses models with other parameters', () => {
    const [base, other] = [model(0), new Map([...model(1)].slice(0, 1))];
    expect(() => taskVectors(base, [other])).toThrow('expert 0 has 1 tensors, the base 2');
    expect(() => taskVectors(base, [new Map([...other, ['other', tf.scalar(0)]])])).toThrow('no parameter named bias');
    expect(() => applyWeights(base, [], [1])).toThrow('0 task vectors but 1 weights');
  });
});
