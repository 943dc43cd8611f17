import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {applyWeights} from '../../../../trainer/merge/blend.ts';
import {IncrementalMerge} from '../../../../trainer/merge/files/incrementalMerge.ts';
import {disposeParams, param, type Params} from '../../../../trainer/nn/params.ts';
import {createRandom} from '../../../../trainer/random.ts';
import {describeOnEngines} from '../../../helpers/engine/engines.ts';
import {expectNoLeak} from '../../../helpers/engine/tensorCount.ts';

const shapes = {'down_blocks.0.w': [3, 4], 'up_blocks.0.w': [7]} as const;
type Name = keyof typeof shapes;

function model(seed: number, scale: number): Params {
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const values = new Float32Array(shape.reduce((product, axis) => product * axis, 1));
      createRandom(seed, name).fillNormal(values);
      return [
        name,
        tf.tensor(
          values.map((value) => value * scale),
          [...shape],
        ),
      ];
    }),
  );
}

const base = () => model(0, 1);
const tasks = () => [1, 2, 3].map((seed) => model(seed, 0.1));

function numbers(params: Params): number[] {
  return Object.keys(shapes).flatMap((name) => [...param(params, name).dataSync()]);
}

/** A walk that changes one, two or all weights at a time, with zeros and negative ones among them. */
function walk(steps: number): number[][] {
  const random = createRandom(5, 'walk');
  const at = [0, 0, 0];
  return Array.from({length: steps}, (_, step) => {
    const changed = step % 7 === 0 ? [0, 1, 2] : step % 3 === 0 ? [0, 2] : [random.int(0, 3)];
    for (const i of changed) at[i] = step % 11 === 0 ? 0 : random.normal();
    return [...at];
  });
}

describeOnEngines('IncrementalMerge', () => {
  it('stays with the merge computed anew, however long the walk', () => {
    const [origin, vectors] = [base(), tasks()];
    const merge = new IncrementalMerge(origin, vectors);
    for (const weights of walk(200)) {
      merge.visit(weights);
      const exact = applyWeights(origin, vectors, weights);
      const expected = numbers(exact);
      numbers(merge.params()).forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(2e-6));
      disposeParams(exact);
    }
    merge.dispose();
    [origin, ...vectors].forEach(disposeParams);
  });

  it('comes to the same bits when only some of the merges are computed', () => {
    const [origin, vectors] = [base(), tasks()];
    const [all, some] = [new IncrementalMerge(origin, vectors), new IncrementalMerge(origin, vectors)];
    for (const [step, weights] of walk(120).entries()) {
      all.visit(weights);
      some.visit(weights);
      const whole = numbers(all.params());
      // As a search that goes on after step 40 does, and again after step 90.
      if ((step > 40 && step < 60) || step > 90) expect(numbers(some.params())).toEqual(whole);
    }
    [all, some].forEach((merge) => merge.dispose());
    [origin, ...vectors].forEach(disposeParams);
  });

  it('computes one addition where one weight changes, and leaves tensors alone that keep theirs', () => {
    const [origin, vectors] = [base(), tasks()];
    const weightsOf = (vector: readonly number[], name: string) =>
      name.startsWith('up') ? vector.slice(3) : vector.slice(0, 3);
    const merge = new IncrementalMerge(origin, vectors, weightsOf);
    merge.visit([1, 2, 3, 4, 5, 6]);
    const before = merge.params();
    const [down, up] = (Object.keys(shapes) as Name[]).map((name) => param(before, name));
    merge.visit([1, 2, 3, 4, 5, 7]);
    const after = merge.params();
    expect(param(after, 'down_blocks.0.w')).toBe(down);
    expect(up?.isDisposed).toBe(true);
    const expected = tf.tidy(() =>
      [4, 5, 7].reduce(
        (sum, weight, i) => tf.add(sum, tf.mul(param(vectors[i]!, 'up_blocks.0.w'), weight)),
        param(origin, 'up_blocks.0.w'),
      ),
    );
    const values = expected.dataSync();
    param(after, 'up_blocks.0.w')
      .dataSync()
      .forEach((value, i) => expect(value).toBeCloseTo(values[i]!, 5));
    expected.dispose();
    merge.dispose();
    [origin, ...vectors].forEach(disposeParams);
  });

  it('keeps one merge and nothing else', async () => {
    const [origin, vectors] = [base(), tasks()];
    await expectNoLeak(() => {
      const merge = new IncrementalMerge(origin, vectors);
      for (const weights of walk(40)) {
        merge.visit(weights);
        merge.params();
      }
      merge.dispose();
    });
    [origin, ...vectors].forEach(disposeParams);
  });
});
