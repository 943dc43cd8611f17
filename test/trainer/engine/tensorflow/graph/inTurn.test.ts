import * as tf from '@tensorflow/tfjs-core';
import {expect, it, vi} from 'vitest';
import {GraphRecorder} from '../../../../../trainer/engine/tensorflow/graph/graphRecorder.ts';
import type {TensorflowBackend} from '../../../../../trainer/engine/tensorflow/graph/tensorflowBackend.ts';
import {describeOnEngines} from '../../../../helpers/engine/engines.ts';

describeOnEngines('bodies in turn', (engine) => {
  if (engine !== 'tensorflow') return it.skip('are of graphs', () => undefined);

  it.each([1, 2])('begin when the one %i before is done', (atOnce) => {
    vi.stubEnv('TF_NUM_INTEROP_THREADS', String(atOnce));
    const recorder = new GraphRecorder(tf.backend() as unknown as TensorflowBackend);
    vi.unstubAllEnvs();
    const inputs = tf.tidy(() => {
      const x = recorder.standIn(tf.ones([2]), recorder.placeholder(1, [2]));
      return recorder.record('f', () => {
        tf.exp(x);
        recorder.inTurn([1, 2, 3, 4].map(() => () => tf.sqrt(tf.square(x))));
        return recorder.nodes.filter(({op}) => op === 'Square').map((node) => node.inputs.at(-1));
      });
    });
    const ends = recorder.nodes.filter(({op}) => op === 'Exp' || op === 'Sqrt').map(({name}) => `^${name}`);
    const [exp, ...roots] = ends as [string, string, string, string, string];
    expect(inputs).toEqual(atOnce === 1 ? [exp, ...roots.slice(0, 3)] : [exp, exp, ...roots.slice(0, 2)]);
    recorder.release();
  });
});
