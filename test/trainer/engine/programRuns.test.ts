import * as tf from '@tensorflow/tfjs-core';
import {expect, it, onTestFinished, vi} from 'vitest';
import {createProgram} from '../../../trainer/engine/createProgram.ts';
import {drawnOnHost} from '../../../trainer/engine/ops/drawnOnHost.ts';
import type {ProgramFunction} from '../../../trainer/engine/program.ts';
import type {TensorflowBackend} from '../../../trainer/engine/tensorflow/graph/tensorflowBackend.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';

/** Counts the graphs that are loaded by the running test. The addon's own properties are read-only. */
function spyOnLoading() {
  const backend = tf.backend() as unknown as TensorflowBackend;
  const {binding} = backend;
  const load = vi.fn((folder: string, tags: string) => binding.loadSavedModel(folder, tags));
  if (tf.getBackend() === 'tensorflow') {
    backend.binding = Object.create(binding, {loadSavedModel: {value: load}}) as typeof binding;
    onTestFinished(() => void (backend.binding = binding));
  }
  return load;
}

async function numbers(tensors: readonly tf.Tensor[]): Promise<number[][]> {
  return Promise.all(tensors.map(async (tensor) => [...(await tensor.data())]));
}

describeOnEngines('the runs of programs', () => {
  it('begins with its own values where another of the same functions was disposed, without loading the graph again', async () => {
    const load = spyOnLoading();
    const life = async (start: number, large: tf.Tensor) => {
      const add: ProgramFunction = {
        examples: [tf.scalar(0)],
        body: ([sum], [summand]) => {
          const next = tf.add(sum as tf.Tensor, summand as tf.Tensor);
          return {state: [next], outputs: [tf.mul(tf.sum(large), next)]};
        },
      };
      const program = createProgram([tf.scalar(start)], {add});
      const outputs = [...program.run('add', [tf.scalar(1)]), ...program.run('add', [tf.scalar(2)])];
      const state = program.state();
      program.dispose();
      return numbers([...outputs, ...state]);
    };
    expect(await life(0, tf.ones([5000]))).toEqual([[5000], [15_000], [3]]);
    expect(await life(10, tf.fill([5000], 2))).toEqual([[110_000], [130_000], [13]]);
    expect(load).toHaveBeenCalledTimes(tf.getBackend() === 'tensorflow' ? 1 : 0);
  });

  it('draws on the host for each run', async () => {
    let calls = 0;
    const add: ProgramFunction = {
      examples: [],
      body: ([sum]) => {
        const drawn = drawnOnHost([2], () => Float32Array.of(++calls, 0.5));
        return {state: [tf.add(sum as tf.Tensor, drawn)], outputs: [tf.mul(drawn, 2)]};
      },
    };
    const program = createProgram([tf.zeros([2])], {add});
    const outputs = [1, 2, 3].flatMap(() => program.run('add', []));
    expect(await numbers(outputs)).toEqual([
      [2, 1],
      [4, 1],
      [6, 1],
    ]);
    expect(await numbers(program.state())).toEqual([[6, 1.5]]);
    program.dispose();
  });
});
