import {describe, expect, it} from 'vitest';
import {SearchConfig} from '../../../../trainer/contract/config/searchConfig.ts';
import {SearchResult} from '../../../../trainer/contract/run/report.ts';
import type {ScoredCandidate} from '../../../../trainer/merge/search/candidates.ts';
import {searchWeights, usualCandidates} from '../../../../trainer/merge/search/search.ts';
import {createRandom} from '../../../../trainer/random.ts';
import {expectAllClose} from '../../../helpers/engine/allClose.ts';

type Loss = (w: readonly number[]) => number;

async function search(experts: number, loss: Loss, settings: Partial<SearchConfig> = {}) {
  const tried: ScoredCandidate[] = [];
  let evaluations = 0;
  const score = (weights: readonly number[]) => {
    evaluations++;
    return Promise.resolve(loss(weights));
  };
  const config = SearchConfig.parse(settings);
  const result = await searchWeights({experts, config, score, onCandidate: (candidate) => tried.push(candidate)});
  SearchResult.parse(result);
  return {result, evaluations, tried};
}

/** 0.03 + (w - optimum)' A (w - optimum) with interactions that fall off with the distance of the ranges; convex. */
function bowl(optimum: readonly number[]): Loss {
  return (w) => {
    const d = w.map((value, i) => value - optimum[i]!);
    return (
      0.03 +
      d.reduce((sum, a, i) => sum + d.reduce((inner, b, j) => inner + a * b * 0.02 * 0.4 ** Math.abs(i - j), 0), 0)
    );
  };
}

const optimum4 = [0.13, 0.27, -0.21, 0.64];

describe('searchWeights', () => {
  it.each(['quadratic', 'cma-es', 'coordinate', 'grid'] as const)(
    '%s always tries the obvious weights',
    async (strategy) => {
      const {result} = await search(4, bowl(optimum4), {strategy, step: 0.5});
      const tried = result.candidates.map(({weights}) => String(weights));
      for (const weights of [
        [0, 0, 0, 0],
        [0.25, 0.25, 0.25, 0.25],
        [1, 1, 1, 1],
        [1, 0, 0, 0],
        [0, 0, 0, 1],
        [0.1, 0.1, 0.2, 0.5],
      ]) {
        expect(tried).toContain(String(weights));
      }
      expect(result.base).toBe(bowl(optimum4)([0, 0, 0, 0]));
    },
  );

  it.each([
    {experts: 2, settings: {}, usual: 12},
    {experts: 4, settings: {}, usual: 23},
    {experts: 4, settings: {budget: 12}, usual: 12},
    {experts: 2, settings: {strategy: 'grid', step: 0.5}, usual: 9 + 5},
    {experts: 2, settings: {strategy: 'cma-es', budget: 40}, usual: 40},
  ] as const)('tells of $usual candidates for $experts experts ($settings)', async ({experts, settings, usual}) => {
    const told: {done: number; total: number}[] = [];
    const config = SearchConfig.parse(settings);
    const score = (weights: readonly number[]) =>
      Promise.resolve(bowl([0.3, 0.6, 0.2, 0.5].slice(0, experts))(weights));
    const onCandidate = (_: ScoredCandidate, done: number, total: number) => told.push({done, total});
    await searchWeights({experts, config, score, onCandidate});
    expect(usualCandidates(config, experts)).toBe(usual);
    expect(told[0]).toEqual({done: 1, total: usual});
    const most = told.at(-1)?.total ?? 0;
    for (const {done, total} of told) expect(total).toBeGreaterThan(done < most ? done : done - 1);
  });

  it.each(['quadratic', 'cma-es', 'coordinate', 'grid'] as const)(
    '%s evaluates nothing twice and reports all it tried',
    async (strategy) => {
      const {result, evaluations, tried} = await search(3, bowl([0.3, 0.6, 0.2]), {strategy});
      expect(new Set(result.candidates.map(({weights}) => String(weights))).size).toBe(evaluations);
      expect(tried).toEqual(result.candidates);
      expect(result.best.loss).toBe(Math.min(...result.candidates.map(({loss}) => loss)));
    },
  );

  it.each(['quadratic', 'cma-es', 'coordinate'] as const)('%s keeps to the budget, however small', async (strategy) => {
    const rough: Loss = (w) => bowl(optimum4)(w) + 0.01 * Math.sin(40 * (w[0]! + w[3]!));
    for (const budget of [1, 3, 9, 12, 31]) {
      expect((await search(4, rough, {strategy, budget})).evaluations).toBeLessThanOrEqual(budget);
    }
    expect((await search(4, rough, {strategy, budget: 1})).result.best.weights).toEqual([0, 0, 0, 0]);
  });

  it.each(['quadratic', 'cma-es', 'coordinate', 'grid'] as const)(
    '%s never chooses a loss that is not finite, and reports it',
    async (strategy) => {
      const holed: Loss = (w) => (w[0]! > 0.4 ? NaN : w[1]! > 0.9 ? -Infinity : bowl([0.6, 0.3])(w));
      const {result, tried} = await search(2, holed, {strategy});
      expect(result.notFinite).toContainEqual({weights: [1, 0], origin: 'expert-0'});
      expect(tried).toContainEqual({weights: [1, 1], loss: null, origin: 'ones'});
      expect(result.best.weights[0]).toBeLessThanOrEqual(0.4);
      expect(result.best.loss).toBeLessThan(result.base);
    },
  );

  it('fails when the base has no finite loss', async () => {
    await expect(search(2, () => NaN)).rejects.toMatchObject({code: 'search-not-finite'});
  });

  it('passes on what the score throws', async () => {
    const fail = () => {
      throw new Error('stopped');
    };
    await expect(search(2, fail)).rejects.toThrow('stopped');
  });
});

describe('quadratic search', () => {
  it('finds the optimum of a convex quadratic in 4 weights within 31 evaluations', async () => {
    const {result, evaluations} = await search(4, bowl(optimum4));
    expectAllClose(result.best.weights, optimum4, 1e-3);
    expect(evaluations).toBeLessThanOrEqual(31);
  });

  it.each([1, 2, 3])('finds it in %i weights', async (experts) => {
    const optimum = optimum4.slice(-experts);
    const {result, evaluations} = await search(experts, bowl(optimum));
    expectAllClose(result.best.weights, optimum, 1e-3);
    expect(evaluations).toBeLessThanOrEqual(20);
  });

  it('finds it in 8 weights when the budget allows the 45 coefficients', async () => {
    const optimum = [0.1, 0.2, 0.15, 0.3, 0.25, 0.4, 0.6, 0.5];
    const {result, evaluations} = await search(8, bowl(optimum), {budget: 60});
    expectAllClose(result.best.weights, optimum, 1e-3);
    expect(evaluations).toBeLessThanOrEqual(60);
  });

  it('comes near it in 8 weights with fewer evaluations than coefficients', async () => {
    const loss = bowl([0.1, 0.2, 0.15, 0.3, 0.25, 0.4, 0.6, 0.5]);
    const {result} = await search(8, loss);
    const obvious = Math.min(...result.candidates.slice(0, 11).map((candidate) => candidate.loss));
    expect(result.best.loss - 0.03).toBeLessThan(0.05 * (result.base - 0.03));
    expect(result.best.loss).toBeLessThan(obvious);
  });

  it('loses little to noise', async () => {
    const random = createRandom(7, 'noise');
    const clean = bowl(optimum4);
    const range = clean([0, 0, 0, 0]) - 0.03;
    const {result} = await search(4, (w) => clean(w) + 0.01 * range * random.normal());
    expect(clean(result.best.weights) - 0.03).toBeLessThan(0.05 * range);
  });

  it('refines a loss that is not quadratic', async () => {
    const quartic: Loss = (w) => bowl(optimum4)(w) + 0.05 * (w[0]! - 0.1) ** 4 + 0.02 * Math.exp(w[3]! - w[2]!);
    const {result} = await search(4, quartic);
    const {result: fine} = await search(4, quartic, {strategy: 'coordinate', low: -1, high: 1.5, budget: 5000});
    expect(result.best.loss - fine.best.loss).toBeLessThan(0.01 * (result.base - fine.best.loss));
  });

  it('stays bounded on an indefinite loss', async () => {
    const saddle: Loss = (w) => 1 + w[0]! ** 2 - 0.5 * w[0]! - 0.3 * w[1]! ** 2;
    const {result, tried} = await search(2, saddle, {budget: 12});
    expect(result.best.loss).toBeLessThan(saddle([0.25, 1.5]) + 1e-6);
    for (const {weights} of tried) weights.forEach((weight) => expect(Math.abs(weight)).toBeLessThan(6));
  });

  it('survives a plateau', async () => {
    const {result} = await search(4, () => 0.5);
    expect(result.best).toMatchObject({weights: [0, 0, 0, 0], loss: 0.5});
  });
});

describe('cma-es search', () => {
  it('finds the optimum of a convex quadratic, at a negative weight too', async () => {
    const {result} = await search(4, bowl(optimum4), {strategy: 'cma-es', budget: 400});
    expectAllClose(result.best.weights, optimum4, 1e-2);
  });

  it('leaves the box where the optimum lies outside', async () => {
    const {result} = await search(2, bowl([-1.2, 2.5]), {strategy: 'cma-es', budget: 300});
    expectAllClose(result.best.weights, [-1.2, 2.5], 1e-2);
  });

  it('is better than all obvious weights after 31 evaluations', async () => {
    for (const seed of [0, 1, 2, 3, 4]) {
      const {result} = await search(4, bowl(optimum4), {strategy: 'cma-es', seed});
      const obvious = Math.min(...result.candidates.slice(0, 8).map(({loss}) => loss));
      expect(result.best.loss, `seed ${seed}`).toBeLessThan(obvious);
    }
  });

  it('ends by itself when its distribution has become narrow', async () => {
    const {evaluations} = await search(2, bowl([0.3, 0.6]), {strategy: 'cma-es', budget: 5000});
    expect(evaluations).toBeLessThan(1000);
  });
});

describe('coordinate search', () => {
  it('stays within [low, high] and finds the optimum there', async () => {
    const {result, tried} = await search(2, bowl([0.3, 1.4]), {strategy: 'coordinate', budget: 200});
    const own = tried.filter(({origin}) => origin === 'coordinate');
    own.forEach(({weights}) => weights.forEach((weight) => expect(weight).toBe(Math.min(1, Math.max(0, weight)))));
    // With w1 held at 1, 0.4 below its optimum, the interaction 0.4 moves w0 by 0.4 * 0.4.
    expectAllClose(result.best.weights, [0.46, 1], 2e-3);
  });

  it('finds a convex optimum in 4 weights', async () => {
    const {result} = await search(4, bowl(optimum4), {strategy: 'coordinate', low: -0.5, budget: 400});
    expectAllClose(result.best.weights, optimum4, 5e-3);
  });
});

describe('grid search', () => {
  it('tries every point once', async () => {
    const {result} = await search(2, bowl([0.3, 0.7]), {strategy: 'grid', step: 0.1});
    const inGrid = result.candidates.filter(({weights}) =>
      weights.every((w) => Math.abs(w * 10 - Math.round(w * 10)) < 1e-9),
    );
    expect(inGrid).toHaveLength(121);
    expect(result.best.weights).toEqual([0.3, 0.7]);
  });

  it('refuses a grid without end', async () => {
    await expect(search(8, () => 1, {strategy: 'grid', step: 0.1})).rejects.toThrow(
      'A grid of 11 levels for 8 experts has 214358881 points.',
    );
    await expect(search(2, () => 1, {strategy: 'grid', low: 1, high: 0})).rejects.toThrow(
      'search.low (1) lies above search.high (0)',
    );
  });
});
