import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {flatLayout, flatten, unflatten} from '../../../trainer/nn/flatParams.ts';
import {disposeParams} from '../../../trainer/nn/params.ts';
import {describeOnEngines} from '../../helpers/engines.ts';
import {expectNoLeak} from '../../helpers/tensorCount.ts';

const params = () =>
  new Map<string, tf.Tensor>([
    ['b.weight', tf.tensor4d([1, 2, 3, 4], [1, 1, 2, 2])],
    ['a.bias', tf.tensor1d([5, 6, 7])],
    ['scale', tf.scalar(8)],
    ['c.weight', tf.tensor2d([9, 10], [2, 1])],
  ]);

describeOnEngines('parameters in one vector', () => {
  it('lie end to end in the order of the map', async () => {
    expect(flatLayout(params())).toEqual({
      names: ['b.weight', 'a.bias', 'scale', 'c.weight'],
      shapes: [[1, 1, 2, 2], [3], [], [2, 1]],
      sizes: [4, 3, 1, 2],
      total: 10,
    });
    expect([...(await flatten([...params().values()]).data())]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('come back with names, shapes and values', async () => {
    const original = params();
    const copy = unflatten(flatten([...original.values()]), flatLayout(original));
    expect([...copy.keys()]).toEqual([...original.keys()]);
    for (const [name, tensor] of original) {
      expect(copy.get(name)?.shape, name).toEqual(tensor.shape);
      expect(await copy.get(name)?.data(), name).toEqual(await tensor.data());
    }
  });

  it('do so for a single parameter', async () => {
    const original = new Map([['w', tf.tensor2d([1, 2, 3, 4], [2, 2])]]);
    const copy = unflatten(flatten([...original.values()]), flatLayout(original));
    expect(copy.get('w')?.arraySync()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('do not depend on the vector once they are apart', async () => {
    const original = params();
    const flat = flatten([...original.values()]);
    const copy = unflatten(flat, flatLayout(original));
    flat.dispose();
    disposeParams(original);
    expect([...((await copy.get('a.bias')?.data()) ?? [])]).toEqual([5, 6, 7]);
  });

  it('leave no tensors behind', async () => {
    await expectNoLeak(() => {
      const original = params();
      const flat = flatten([...original.values()]);
      disposeParams(unflatten(flat, flatLayout(original)));
      disposeParams(original);
      flat.dispose();
    });
  });
});
