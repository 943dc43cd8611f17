import {describe, expect, it} from 'vitest';
import {CheckpointSearchConfig} from '../../../../trainer/contract/config/searchConfig.ts';
import {Candidates} from '../../../../trainer/merge/search/candidates.ts';
import {checkpointStart, searchCheckpoints} from '../../../../trainer/merge/search/checkpointSearch.ts';
import {CmaEs} from '../../../../trainer/merge/search/cmaEs.ts';
import {evolve} from '../../../../trainer/merge/search/searchCma.ts';

type Vector = readonly number[];

/** The squared distance of a combination of points in the plane to `target`. */
function scoreOf(points: readonly Vector[], target: Vector): (weights: Vector) => Promise<number> {
  return (weights) => {
    const merged = target.map((_, axis) => weights.reduce((sum, w, i) => sum + w * (points[i]?.[axis] ?? 0), 0));
    return Promise.resolve(merged.reduce((sum, value, axis) => sum + (value - target[axis]!) ** 2, 0));
  };
}

describe('searchCheckpoints', () => {
  it('finds a combination of two checkpoints that neither of them nor a multiple is, with a negative weight', async () => {
    // Two turns of a training around its optimum: the target is 1.5 times the last minus half of the one before.
    const points = [
      [1, 1],
      [1, -1],
    ];
    const request = {updates: [20, 10], start: [0.5], seed: 0, score: scoreOf(points, [1, 2])};
    const config = CheckpointSearchConfig.parse({last: 2, budget: 300, sigma: 0.3});
    const {weights, loss, updates} = await searchCheckpoints({...request, config});
    expect(updates).toEqual([20, 10]);
    expect(loss).toBeLessThan(1e-4);
    expect(weights[0]).toBeCloseTo(1.5, 1);
    expect(weights[1]).toBeCloseTo(-0.5, 1);
  });

  it('is for a single checkpoint a CMA-ES over the weights of the experts from those that were found', async () => {
    const score = scoreOf(
      [
        [1, 0],
        [0, 1],
      ],
      [0.7, -0.2],
    );
    const config = CheckpointSearchConfig.parse({last: 1, budget: 40});
    const {weights, candidates} = await searchCheckpoints({updates: [9], start: [0.5, 0.25], config, seed: 3, score});
    const plain = new Candidates(2, 40, score, () => undefined);
    await plain.evaluate([0.5, 0.25], 'found weights');
    await evolve(plain, new CmaEs({mean: [0.5, 0.25], sigma: config.sigma, seed: 3}), 'checkpoints');
    expect(candidates).toEqual(plain.finite);
    expect(weights).toEqual(plain.best?.weights);
  });

  it('says by no weights that nothing was better than the experts alone', async () => {
    const score = scoreOf(
      [
        [1, 0],
        [0, 1],
      ],
      [1, 0],
    );
    const config = CheckpointSearchConfig.parse({last: 2, budget: 30});
    expect(await searchCheckpoints({updates: [2, 1], start: [1], config, seed: 0, score})).toMatchObject({
      weights: [],
      loss: 0,
    });
  });

  it('starts from the weights of the experts, and zero before', () => {
    expect(checkpointStart([0.5, -1], 3)).toEqual([0.5, -1, 0, 0, 0, 0]);
  });
});
