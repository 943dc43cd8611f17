import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {TrainingConfig} from '../../../trainer/contract/config/training.ts';
import type {NewRunEvent} from '../../../trainer/contract/run/events.ts';
import {createRandom} from '../../../trainer/random.ts';
import {SpikeWatch} from '../../../trainer/train/lossSpike.ts';
import {StepLog} from '../../../trainer/train/stepLog.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';

/** Losses that are heavy-tailed as those of small batches are: log-normal around `level`. */
function noisyLosses(count: number, level: number, seed: number): number[] {
  const noise = createRandom(seed, 'losses').fillNormal(new Float32Array(count));
  return [...noise].map((value) => level * Math.exp(0.35 * value));
}

const spikes = (losses: readonly number[]) => {
  const watch = new SpikeWatch();
  return losses.flatMap((loss, i) => (watch.add(loss) === null ? [] : [i]));
};

describe('a loss spike', () => {
  it('is a loss far above the usual, told once', () => {
    const losses = noisyLosses(300, 0.02, 1);
    for (const i of [120, 121, 122]) losses[i] = 0.5;
    expect(spikes(losses)).toEqual([120]);
    const watch = new SpikeWatch();
    losses.slice(0, 120).forEach((loss) => watch.add(loss));
    expect(watch.add(0.5)).toBeCloseTo(0.02, 2);
  });

  it('is told again when it comes much later', () => {
    const losses = noisyLosses(300, 0.02, 2);
    for (const i of [100, 200]) losses[i] = 0.5;
    expect(spikes(losses)).toEqual([100, 200]);
  });

  it.each([3, 4, 5, 6, 7])('is none in the noise of a training, nor in a loss that falls (seed %i)', (seed) => {
    const losses = noisyLosses(2000, 1, seed).map((loss, i) => loss * Math.exp(-i / 300));
    expect(spikes(losses)).toEqual([]);
  });

  it('is not looked for before the usual is known, and what is not finite teaches nothing', () => {
    expect(spikes([0.02, 0.5, 0.02, 0.02])).toEqual([]);
    expect(spikes([...noisyLosses(50, 0.02, 8), NaN, Infinity])).toEqual([]);
  });
});

describe('the log of a training', () => {
  useCpuBackend();

  it('raises an alert at a spike, with its update and both losses', async () => {
    const events: NewRunEvent[] = [];
    const config = TrainingConfig.parse({updates: 40, logEvery: 1});
    const log = new StepLog('expert-0', config, 1000, 0, (event) => events.push(event));
    for (let update = 1; update <= 40; update++) {
      const denoise = tf.tensor1d([update === 30 ? 0.5 : 0.02]);
      const losses = {denoise, consistency: tf.tensor1d([0])};
      await log.add(update, {timesteps: [7], losses, gradientNorm: tf.scalar(1)});
    }
    expect(events.filter(({type}) => type === 'log')).toEqual([
      {
        type: 'log',
        stage: 'expert-0',
        level: 'warning',
        message: 'the loss at update 30 is 0.500, far above the usual 0.0200.',
        alert: true,
      },
    ]);
  });
});
