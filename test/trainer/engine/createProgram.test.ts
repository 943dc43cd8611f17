import {readdir} from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import {expect, it, onTestFinished, vi} from 'vitest';
import {createProgram} from '../../../trainer/engine/createProgram.ts';
import {drawnOnHost} from '../../../trainer/engine/ops/drawnOnHost.ts';
import type {Program, ProgramFunction} from '../../../trainer/engine/program.ts';
import {createRandom} from '../../../trainer/random.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {liveTensors} from '../../helpers/engine/liveTensors.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

/** A program that goes when the running test ends. */
function startProgram(...settings: Parameters<typeof createProgram>): Program {
  const program = createProgram(...settings);
  onTestFinished(() => program.dispose());
  return program;
}

async function numbers(tensors: readonly tf.Tensor[]): Promise<number[][]> {
  return Promise.all(tensors.map(async (tensor) => [...(await tensor.data())]));
}

function normals(what: string, shape: readonly number[]): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(createRandom(1, what).fillNormal(new Float32Array(size)), [...shape]);
}

/** Adds a vector to the only state, and gives twice the sum. */
function adding(): ProgramFunction {
  return {
    examples: [tf.tensor1d([0, 0])],
    body: ([sum], [summand]) => {
      const next = tf.add(sum as tf.Tensor, summand as tf.Tensor);
      return {state: [next], outputs: [tf.mul(next, 2)]};
    },
  };
}

/** A small classifier, of the kinds of operations that networks here are made of: [N,6,6,2] images -> [N,5] probabilities. */
function classify(kernel: tf.Tensor, dense: tf.Tensor, images: tf.Tensor): tf.Tensor {
  const hidden = tf.conv2d(images as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same');
  const centred = tf.sub(hidden, tf.mean(hidden, [1, 2], true));
  const active = tf.mul(centred, tf.sigmoid(centred));
  const features = tf.concat([tf.mean(active, [1, 2]), tf.mean(tf.square(active), [1, 2])], 1);
  return tf.softmax(tf.matMul(features, dense));
}

/** One step of gradient descent: loss [] and classes [N] of the weights before it. */
const descend: ProgramFunction['body'] = (state, inputs) => {
  const weights = state as [tf.Tensor, tf.Tensor];
  const [images, labels] = inputs as [tf.Tensor, tf.Tensor1D];
  const loss = (kernel: tf.Tensor, dense: tf.Tensor) => {
    const chosen = tf.sum(tf.mul(classify(kernel, dense, images), tf.oneHot(labels, 5)), 1);
    return tf.mean<tf.Scalar>(tf.neg(tf.log(chosen)));
  };
  const {value, grads} = tf.valueAndGrads(loss)(weights);
  const after = weights.map((tensor, i) => tf.sub(tensor, tf.mul(grads[i] as tf.Tensor, 0.5)));
  return {state: after, outputs: [value, tf.argMax(classify(...weights, images), 1)]};
};

function labelledImages(number: number): tf.Tensor[] {
  const labels = [0, 1, 2].map((image) => (number * 2 + image * 3) % 5);
  return [normals(`images ${number}`, [3, 6, 6, 2]), tf.tensor1d(labels, 'int32')];
}

describeOnEngines('a program', () => {
  it('keeps its state from call to call, and shares it between its functions', async () => {
    const double: ProgramFunction = {
      examples: [],
      body: ([sum]) => ({state: [tf.mul(sum as tf.Tensor, 2)], outputs: []}),
    };
    const program = startProgram([tf.tensor1d([1, -1])], {add: adding(), double});
    expect(await numbers(program.state())).toEqual([[1, -1]]);
    expect(await numbers(program.run('add', [tf.tensor1d([10, 20])]))).toEqual([[22, 38]]);
    expect(program.run('double', [])).toEqual([]);
    expect(await numbers(program.run('add', [tf.tensor1d([0.5, 0])]))).toEqual([[45, 76]]);
    expect(await numbers(program.state())).toEqual([[22.5, 38]]);
  });

  it('keeps state that a function hands on as it is, in its place or in another', async () => {
    const program = startProgram([tf.tensor1d([1, 2]), tf.tensor1d([3, 4])], {
      addToSecond: {
        examples: [tf.scalar(0)],
        body: ([first, second], [summand]) => ({
          state: [first as tf.Tensor, tf.add(second as tf.Tensor, summand as tf.Tensor)],
          outputs: [first as tf.Tensor],
        }),
      },
      swap: {
        examples: [],
        body: ([first, second]) => ({state: [second as tf.Tensor, first as tf.Tensor], outputs: []}),
      },
      copyInput: {
        examples: [tf.tensor1d([0, 0])],
        body: (_, [input]) => ({state: [input as tf.Tensor, input as tf.Tensor], outputs: [input as tf.Tensor]}),
      },
    });
    expect(await numbers(program.run('addToSecond', [tf.scalar(10)]))).toEqual([[1, 2]]);
    program.run('swap', []);
    expect(await numbers(program.run('addToSecond', [tf.scalar(100)]))).toEqual([[13, 14]]);
    expect(await numbers(program.state())).toEqual([
      [13, 14],
      [101, 102],
    ]);
    const input = tf.tensor1d([7, 8]);
    expect(await numbers(program.run('copyInput', [input]))).toEqual([[7, 8]]);
    input.dispose();
    program.run('addToSecond', [tf.scalar(1)]);
    expect(await numbers(program.state())).toEqual([
      [7, 8],
      [8, 9],
    ]);
  });

  it('computes what its functions compute without it, on inputs other than the examples', async () => {
    const initial = [normals('kernel', [3, 3, 2, 4]), normals('dense', [8, 5])].map((tensor) => tf.mul(tensor, 0.3));
    const program = startProgram(initial, {descend: {examples: labelledImages(0), body: descend}});
    let state: readonly tf.Tensor[] = initial;
    const losses = [];
    for (const number of [1, 2, 3]) {
      const inputs = labelledImages(number);
      const expected = descend(state, inputs);
      const actual = program.run('descend', inputs);
      expect(actual.map(({shape, dtype}) => [shape, dtype])).toEqual([
        [[], 'float32'],
        [[3], 'int32'],
      ]);
      for (const [i, values] of (await numbers(actual)).entries())
        expectAllClose(values, (await numbers(expected.outputs))[i] ?? [], 1e-6);
      state = expected.state;
      losses.push((await numbers(actual))[0]?.[0]);
    }
    for (const [i, values] of (await numbers(program.state())).entries())
      expectAllClose(values, (await numbers(state))[i] ?? [], 1e-6);
    expect(new Set(losses).size).toBe(3);
  });

  it('keeps tensors apart that shared their memory at the beginning', async () => {
    const zeros = tf.tensor1d([0, 0]);
    const [reshaped, input] = [tf.reshape(zeros, [2, 1]), tf.clone(zeros)];
    const body: ProgramFunction['body'] = ([a, b, c], [summand]) => {
      const sum = tf.add(a as tf.Tensor, summand as tf.Tensor);
      return {
        state: [sum, tf.sub(b as tf.Tensor, 1), tf.add(c as tf.Tensor, 100)],
        outputs: [sum, summand as tf.Tensor],
      };
    };
    const program = startProgram([zeros, tf.clone(zeros), reshaped], {run: {examples: [input], body}});
    program.run('run', [tf.tensor1d([5, 6])]);
    expect(await numbers(program.run('run', [tf.tensor1d([10, 20])]))).toEqual([
      [15, 26],
      [10, 20],
    ]);
    expect(await numbers(program.state())).toEqual([
      [15, 26],
      [-2, -2],
      [200, 200],
    ]);
    expect(program.state().map(({shape}) => shape)).toEqual([[2], [2], [2, 1]]);
    expect(await numbers([zeros, reshaped, input])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  it.each([false, true])('uses tensors that it was not given, small and large, used before: %s', async (used) => {
    const [small, large] = [normals('small', [7]), normals('large', [5000])];
    const inside = createRandom(2, 'inside').fillNormal(new Float32Array(6000));
    if (used) tf.dispose([tf.neg(small), tf.neg(large)]);
    const program = startProgram([tf.scalar(0)], {
      scale: {
        examples: [tf.scalar(1)],
        body: (state, [factor]) => ({
          state,
          outputs: [small, large, tf.tensor1d(inside)].map((tensor) => tf.mul(tensor, factor as tf.Tensor)),
        }),
      },
      hand: {examples: [], body: (state) => ({state, outputs: [large, small]})},
    });
    const outputs = await numbers(program.run('scale', [tf.scalar(-2)]));
    for (const [i, tensor] of [small, large, tf.tensor1d(inside)].entries())
      expect(outputs[i]).toEqual([...(await tensor.data())].map((value) => value * -2));
    // They stay the caller's: alive, with their values.
    expect(await numbers(program.run('hand', []))).toEqual(await numbers([large, small]));
    expect(await numbers([tf.neg(large)])).toEqual([[...(await large.data())].map((value) => -value)]);
  });

  it('copies its beginning', async () => {
    const initial = tf.tensor1d([1, 2]);
    const add = adding();
    const program = startProgram([initial], {add});
    expect(initial.isDisposed).toBe(false);
    tf.dispose([initial, ...add.examples]);
    expect(await numbers(program.run('add', [tf.tensor1d([3, 4])]))).toEqual([[8, 12]]);
  });

  it('hands out state and outputs that later runs do not change, and that may be freed', async () => {
    const program = startProgram([tf.tensor1d([1, 2])], {
      add: adding(),
      read: {examples: [], body: ([sum]) => ({state: [sum as tf.Tensor], outputs: [sum as tf.Tensor]})},
    });
    const [before] = program.state() as [tf.Tensor];
    const [read] = program.run('read', []) as [tf.Tensor];
    program.run('add', [tf.tensor1d([10, 10])]);
    program.run('add', [tf.tensor1d([10, 10])]);
    expect(await numbers([before, read])).toEqual([
      [1, 2],
      [1, 2],
    ]);
    tf.dispose([before, read, ...program.state()]);
    expect(await numbers(program.state())).toEqual([[21, 22]]);
  });

  it('keeps its state apart from that of another program', async () => {
    const [first, second] = [
      [1, 2],
      [3, 4],
    ].map((values) => startProgram([tf.tensor1d(values)], {add: adding()}));
    first?.run('add', [tf.tensor1d([10, 10])]);
    second?.run('add', [tf.tensor1d([500, 500])]);
    first?.run('add', [tf.tensor1d([10, 10])]);
    expect(await numbers([...(first?.state() ?? []), ...(second?.state() ?? [])])).toEqual([
      [21, 22],
      [503, 504],
    ]);
  });

  it('leaves no tensors behind over 50 runs', () => {
    const counts: number[] = [];
    const life = () => {
      const [initial, large] = [tf.zeros([2]), tf.ones([5000])];
      const add = adding();
      const scale: ProgramFunction = {
        examples: [tf.scalar(1)],
        body: (state, [factor]) => ({
          state,
          outputs: [
            tf.mul(tf.add(large, tf.tensor1d(new Float32Array(5000))), factor as tf.Tensor),
            drawnOnHost([3], () => new Float32Array(3)),
          ],
        }),
      };
      const program = createProgram([initial], {add, scale});
      for (let i = 0; i < 50; i++) {
        const inputs = [tf.tensor1d([i, 1]), tf.scalar(i)] as const;
        tf.dispose([...program.run('add', [inputs[0]]), ...program.run('scale', [inputs[1]]), ...program.state()]);
        tf.dispose([...inputs]);
        counts.push(liveTensors());
      }
      program.dispose();
      tf.dispose([initial, large, ...add.examples, ...scale.examples]);
    };
    const before = liveTensors();
    life();
    expect(new Set(counts)).toEqual(new Set([counts[0]]));
    expect(liveTensors()).toBe(before);
  });

  it('leaves no files behind', async () => {
    const folder = await temporaryFolder();
    vi.stubEnv('TMPDIR', folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    startProgram([tf.zeros([2])], {add: adding()}).run('add', [tf.ones([2])]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('has no function of another name', () => {
    const program = startProgram([tf.zeros([2])], {add: adding()});
    expect(() => program.run('subtract', [tf.ones([2])])).toThrow('the program has no function subtract');
  });
});
