import {describe, expect, it} from 'vitest';
import {createRandom} from '../../../trainer/random.ts';
import {SpikeWatch} from '../../../trainer/train/lossSpike.ts';

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
