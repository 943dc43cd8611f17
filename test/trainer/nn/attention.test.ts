import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor2D, Tensor3D} from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {attention, selfAttention, type AttentionWeights, type Projection} from '../../../trainer/nn/attention.ts';
import {createRandom} from '../../../trainer/random.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';

const [batch, length, channels] = [2, 6, 8];

function normal(name: string, size: number): Float32Array {
  return createRandom(3, name).fillNormal(new Float32Array(size));
}

interface Dense {
  weight: Float32Array;
  bias: Float32Array;
}

const names = ['query', 'key', 'value', 'out'] as const;
const dense = Object.fromEntries(
  names.map((name) => [
    name,
    {weight: normal(`${name}.weight`, channels ** 2), bias: normal(`${name}.bias`, channels)},
  ]),
) as Record<(typeof names)[number], Dense>;
const tokens = normal('tokens', batch * length * channels);

/** The definition in plain loops. */
function reference(heads: number): Float64Array {
  const at = (values: ArrayLike<number>, index: number) => values[index] ?? NaN;
  const apply = (x: ArrayLike<number>, {weight, bias}: Dense) =>
    Float64Array.from({length: x.length}, (_, k) => {
      const [row, column] = [Math.floor(k / channels), k % channels];
      let sum = at(bias, column);
      for (let i = 0; i < channels; i++) sum += at(x, row * channels + i) * at(weight, i * channels + column);
      return sum;
    });
  const [q, k, v] = [apply(tokens, dense.query), apply(tokens, dense.key), apply(tokens, dense.value)];
  const width = channels / heads;
  const mixed = new Float64Array(tokens.length);
  for (let row = 0; row < batch * length; row++) {
    const image = Math.floor(row / length) * length;
    for (let head = 0; head < heads; head++) {
      const dot = (other: number) => {
        let sum = 0;
        for (let d = 0; d < width; d++)
          sum += at(q, row * channels + head * width + d) * at(k, other * channels + head * width + d);
        return sum / Math.sqrt(width);
      };
      const scores = Array.from({length}, (_, other) => Math.exp(dot(image + other)));
      const total = scores.reduce((a, b) => a + b, 0);
      for (let d = 0; d < width; d++) {
        const column = head * width + d;
        mixed[row * channels + column] = scores.reduce(
          (sum, score, other) => sum + (score / total) * at(v, (image + other) * channels + column),
          0,
        );
      }
    }
  }
  return apply(mixed, dense.out);
}

function tensors(): AttentionWeights {
  const pair = ({weight, bias}: Dense): Projection => ({
    weight: tf.tensor2d(weight, [channels, channels]),
    bias: tf.tensor1d(bias),
  });
  return {query: pair(dense.query), key: pair(dense.key), value: pair(dense.value), out: pair(dense.out)};
}

describeOnEngines('selfAttention', () => {
  it.each([
    [1, length],
    [4, length],
    [1, 4],
    [2, 1],
  ])('mixes the tokens as defined: %s heads, %s queries at a time', async (heads, chunk) => {
    const input = tf.tensor3d(tokens, [batch, length, channels]);
    const output = await tf.tidy(() => selfAttention(input, tensors(), heads, chunk)).data();
    expectAllClose(output, reference(heads), 2e-5);
  });

  it('has the same gradients in chunks', async () => {
    const input = tf.tensor3d(tokens, [batch, length, channels]);
    const gradient = (chunk: number) =>
      tf.grad((x: tf.Tensor) => tf.sum(tf.square(selfAttention(x as Tensor3D, tensors(), 2, chunk))))(input);
    expectAllClose(await gradient(4).data(), await gradient(length).data(), 1e-3);
  });

  /** Attention to a context of other width, with biases in the output alone. */
  const run = async (recomputeScores: boolean, queryChunk: number, mask?: tf.Tensor4D) => {
    const given = [
      tf.tensor3d(tokens, [batch, length, channels]),
      tf.tensor3d(normal('context', batch * 5 * 3), [batch, 5, 3]),
      tf.tensor2d(normal('q', channels ** 2), [channels, channels]),
      tf.tensor2d(normal('k', 3 * channels), [3, channels]),
      tf.tensor2d(normal('v', 3 * channels), [3, channels]),
      tf.tensor2d(normal('o', channels ** 2), [channels, channels]),
    ];
    const {value, grads} = tf.valueAndGrads(
      (x: Tensor, context: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor) => {
        const [query, key, value] = [q, k, v].map((weight) => ({weight: weight as Tensor2D, bias: null}));
        const out = {weight: o as Tensor2D, bias: tf.ones<tf.Rank.R1>([channels])};
        const weights = {query, key, value, out} as AttentionWeights;
        const settings = {heads: 2, queryChunk, recomputeScores, mask};
        return tf.sum(tf.square(attention(x as Tensor3D, context as Tensor3D, weights, settings)));
      },
    )(given);
    return Promise.all([value, ...grads].map((tensor) => tensor.data()));
  };

  it.each([4, length])(
    'has the same values and gradients when it computes the scores again, %s queries at a time',
    async (chunk) => {
      const mask = tf.tensor4d(normal('mask', batch * length * 5), [batch, 1, length, 5]);
      for (const added of [undefined, mask]) {
        const expected = await run(false, length, added);
        for (const [i, values] of (await run(true, chunk, added)).entries())
          expectAllClose(values, expected[i] ?? [], 2e-6 * Math.max(...(expected[i] ?? []).map(Math.abs)));
      }
    },
  );

  it('does not see a token that the mask hides', async () => {
    const hidden = Float32Array.from({length: length * 5}, (_, i) => (i % 5 === 4 ? -Infinity : 0));
    const [value, , context] = await run(false, 4, tf.tensor4d(hidden, [1, 1, length, 5]));
    expect(value?.[0]).toBeGreaterThan(0);
    // The gradient by the last token of each context.
    expect([...(context ?? [])].filter((_, i) => i % 15 >= 12)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(context?.[0]).not.toBe(0);
  });
});
