import {describe, expect, it} from 'vitest';
import {LossWeighting} from '../../../trainer/contract/config/lossWeighting.ts';
import {OptimizerConfig} from '../../../trainer/contract/config/training.ts';
import {UncertaintyWeights, type UncertaintyWeighting} from '../../../trainer/train/uncertaintyWeights.ts';

const optimizer = OptimizerConfig.parse({});
const weighting = (settings: object = {}) =>
  LossWeighting.parse({kind: 'uncertainty', ...settings}) as UncertaintyWeighting;

/** A timestep of each of three clusters of 1,000, twice. */
const timesteps = [10, 20, 400, 500, 900, 999];

/** Two losses whose mean is that of the cluster. */
const around = (means: readonly number[]) => means.flatMap((mean) => [0.5 * mean, 1.5 * mean]);

describe('weights by uncertainty', () => {
  // s after each step of torch.optim.AdamW(lr=0.025, betas=(0.95, 0.999), weight_decay=0) in float64 on
  // sum(0.5 * (exp(-s) * L / 3 + s)), L being the means of the clusters.
  it.each(
    [
      [
        [0.9, 0.2, 0.05],
        [-0.024999999285714312, -0.024999999464285726, -0.02499999949152543],
      ],
      [
        [0.7, 0.3, 0.02],
        [-0.050004521002014884, -0.04998289299464208, -0.05000281597708477],
      ],
      [
        [1.1, 0.25, 0.04],
        [-0.0748583583547553, -0.07497027137464149, -0.07500365557873268],
      ],
      [
        [3.5, 9, 0.01],
        [-0.09254061145952841, -0.07616780467627154, -0.10000839009634817],
      ],
    ].map((_, i, all) => [i + 1, all.slice(0, i + 1)] as const),
  )('are those of PyTorch after %i steps', (_, steps) => {
    const weights = new UncertaintyWeights(weighting({clusters: 3}), optimizer, 1000);
    for (const [means] of steps) weights.learn(timesteps, around(means as number[]));
    const expected = steps.at(-1)?.[1] as number[];
    weights.scales().forEach(({scale}, i) => expect(scale).toBeCloseTo(expected[i] as number, 13));
    expect(weights.weight(0)).toBeCloseTo(Math.exp(-(expected[0] as number)) / 2, 13);
    expect(weights.weight(999)).toBeCloseTo(Math.exp(-(expected[2] as number)) / 2, 13);
  });

  it('are all one half before the first step, of five clusters', () => {
    const weights = new UncertaintyWeights(weighting(), optimizer, 1000);
    expect(weights.scales()).toHaveLength(5);
    expect([0, 500, 999].map((t) => weights.weight(t))).toEqual([0.5, 0.5, 0.5]);
  });

  it('come to 1 / (2 L / K), where the gradient is zero', () => {
    const weights = new UncertaintyWeights(weighting({clusters: 3}), optimizer, 1000);
    for (let i = 0; i < 4000; i++) weights.learn(timesteps, around([3, 0.6, 0.3]));
    expect(weights.weight(0)).toBeCloseTo(1 / 2, 2);
    expect(weights.weight(400)).toBeCloseTo(1 / (2 * 0.2), 2);
    expect(weights.weight(999)).toBeCloseTo(1 / (2 * 0.1), 2);
  });

  it('stay where an update has no image of a cluster', () => {
    const weights = new UncertaintyWeights(weighting({edges: [0, 100, 1000]}), optimizer, 1000);
    weights.learn([500, 600], [1, 1]);
    expect(weights.scales()[0]).toEqual({scale: 0, first: 0, second: 0, steps: 0});
    expect(weights.scales()[1]?.steps).toBe(1);
    expect(weights.weight(99)).toBe(0.5);
    expect(weights.weight(100)).toBeGreaterThan(0.5);
  });

  it('go on from a checkpoint as if there had been no stop', () => {
    const unbroken = new UncertaintyWeights(weighting(), optimizer, 1000);
    const first = new UncertaintyWeights(weighting(), optimizer, 1000);
    const means = [0.5, 0.25, 0.75];
    for (const weights of [unbroken, first]) weights.learn(timesteps, around(means));
    const written = JSON.parse(JSON.stringify(first.scales())) as ReturnType<UncertaintyWeights['scales']>;
    const second = new UncertaintyWeights(weighting(), optimizer, 1000, written);
    for (const weights of [unbroken, second]) weights.learn(timesteps, around(means));
    expect(second.scales()).toEqual(unbroken.scales());
  });
});
