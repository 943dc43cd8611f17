import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor2D} from '@tensorflow/tfjs-core';
import {it} from 'vitest';
import {geglu, gelu, quickGelu} from '../../../trainer/nn/gelu.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';

const x = [-6, -2.5, -1, -0.25, 0, 0.5, 1.75, 4, 8];

describeOnEngines('the linear units of transformers, against PyTorch', () => {
  it.each([
    [
      'gelu',
      gelu,
      [0, -0.01552418, -0.1586553, -0.1003234, 0, 0.3457312, 1.679896, 3.999874, 8],
      [0, -0.03761107, -0.08331543, 0.3046267, 0.5, 0.8674951, 1.110926, 1.000504, 1],
    ],
    [
      'quickGelu',
      quickGelu,
      [-0.0002203536, -0.03498616, -0.1542042, -0.09880035, 0, 0.3503884, 1.665288, 3.995585, 7.99999],
      [-0.0003383024, -0.04471866, -0.06777962, 0.2934995, 0.5, 0.8792219, 1.088793, 1.006402, 1.000015],
    ],
  ] as const)('%s', async (_, unit, values, slopes) => {
    const input = tf.tensor1d(x);
    expectAllClose(await unit(input).data(), values, 2e-6);
    expectAllClose(
      await tf
        .grad((x: Tensor) => tf.sum(unit(x)))(input)
        .data(),
      slopes,
      2e-6,
    );
  });

  it('geglu: the first half times the gelu of the second', async () => {
    const input = tf.tensor2d([1, -2, 0.5, -1.5, 0.25, 3, -0.75, 2], [2, 4]);
    const dy = tf.tensor2d([1, 2, -1, 0.5], [2, 2]);
    expectAllClose(await geglu(input).data(), [0.3457312, 0.2004216, -0.04249263, 5.863499], 2e-6);
    const gradient = tf.grad((x: Tensor) => tf.sum(tf.mul(geglu(x as Tensor2D), dy)))(input);
    const expected = [0.3457312, -0.2004216, 0.8674951, 0.5098767, 0.1699705, 0.9772499, -0.0001935661, 1.627848];
    expectAllClose(await gradient.data(), expected, 2e-6);
  });
});
