import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {flatLayout, flatten, unflatten, type FlatVector} from '../../../trainer/nn/flatParams.ts';
import {disposeParams, type Params} from '../../../trainer/nn/params.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

const params = () =>
  new Map<string, tf.Tensor>([
    ['b.weight', tf.tensor4d([1, 2, 3, 4], [1, 1, 2, 2])],
    ['a.bias', tf.tensor1d([5, 6, 7])],
    ['scale', tf.scalar(8)],
    ['c.weight', tf.tensor2d([9, 10], [2, 1])],
  ]);

const flattened = (original: Params) => flatten([...original.values()], flatLayout(original));
const numbers = (vector: FlatVector) => Promise.all(vector.map(async (segment) => [...(await segment.data())]));

describeOnEngines('parameters as a vector', () => {
  it('lie end to end in the order of the map', async () => {
    expect(flatLayout(params())).toEqual({
      names: ['b.weight', 'a.bias', 'scale', 'c.weight'],
      shapes: [[1, 1, 2, 2], [3], [], [2, 1]],
      sizes: [4, 3, 1, 2],
      counts: [4],
      total: 10,
    });
    expect(await numbers(flattened(params()))).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]);
  });

  it('share a segment while they are small', async () => {
    const [small, large] = [2 ** 17, 2 ** 18 + 1];
    const original = new Map([small, small, 1, large, 1].map((size, i) => [`p${i}`, tf.fill([size], i)]));
    expect(flatLayout(original).counts).toEqual([2, 1, 1, 1]);
    const flat = flattened(original);
    expect(flat.map(({shape}) => shape)).toEqual([[2 * small], [1], [large], [1]]);
    for (const [name, tensor] of unflatten(flat, flatLayout(original)))
      expect(await tensor.data(), name).toEqual(await original.get(name)?.data());
  });

  it('come back with names, shapes and values', async () => {
    const original = params();
    const copy = unflatten(flattened(original), flatLayout(original));
    expect([...copy.keys()]).toEqual([...original.keys()]);
    for (const [name, tensor] of original) {
      expect(copy.get(name)?.shape, name).toEqual(tensor.shape);
      expect(await copy.get(name)?.data(), name).toEqual(await tensor.data());
    }
  });

  it('do so for a single parameter', async () => {
    const original = new Map([['w', tf.tensor2d([1, 2, 3, 4], [2, 2])]]);
    const copy = unflatten(flattened(original), flatLayout(original));
    expect(copy.get('w')?.arraySync()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('do not depend on the vector once they are apart', async () => {
    const original = params();
    const flat = flattened(original);
    const copy = unflatten(flat, flatLayout(original));
    tf.dispose(flat);
    disposeParams(original);
    expect([...((await copy.get('a.bias')?.data()) ?? [])]).toEqual([5, 6, 7]);
  });

  it('leave no tensors behind', async () => {
    await expectNoLeak(() => {
      const original = params();
      const flat = flattened(original);
      disposeParams(unflatten(flat, flatLayout(original)));
      disposeParams(original);
      tf.dispose(flat);
    });
  });
});
