import {describe, expect, it} from 'vitest';
import type {Cosines} from '../../../trainer/contract/run/measured/gradientConflict.ts';
import {rangeMeans, rangeNumbers} from '../../../trainer/contract/run/measured/rangeMeans.ts';
import {bestCuts, proposeRanges} from '../../../trainer/deme/proposeRanges.ts';
import {createRandom} from '../../../trainer/random.ts';

function triangle(n: number, value: (i: number, j: number) => number): number[][] {
  return Array.from({length: n}, (_, i) => Array.from({length: i}, (_, j) => value(i, j)));
}

function randomCosines(n: number, seed: number): number[][] {
  const random = createRandom(seed, 'cosines');
  return triangle(n, () => 2 * random.float() - 1);
}

/** All ways to cut n things into `count` runs of at least two. */
function allCuts(n: number, count: number, from = 0): number[][] {
  if (count === 1) return n - from < 2 ? [] : [[from, n]];
  const next = Array.from({length: n + 1}, (_, cut) => cut).filter((cut) => cut >= from + 2);
  return next.flatMap((cut) => allCuts(n, count - 1, cut).map((rest) => [from, ...rest]));
}

function withinOf(cosines: Cosines, cuts: readonly number[]): number {
  const ranges = cuts.slice(1).map((high, i): [number, number] => [cuts[i] ?? 0, high]);
  return (
    rangeMeans(
      cosines,
      rangeNumbers(
        cosines.map((_, i) => i),
        ranges,
      ),
    ).within ?? NaN
  );
}

describe('the means of ranges', () => {
  const cosines = [[], [0.8], [0.2, 0.4], [-0.6, null, 0.5]];

  it('are over each timestep and the others of its range, or those of other ranges', () => {
    const {within, across, blocks} = rangeMeans(cosines, [0, 0, 1, 1]);
    expect(within).toBeCloseTo((0.8 + 0.8 + 0.5 + 0.5) / 4, 12);
    // The pair of 1 and 3 has no cosine.
    expect(across).toBeCloseTo(((0.2 - 0.6) / 2 + 0.4 + (0.2 + 0.4) / 2 - 0.6) / 4, 12);
    expect(blocks[0]?.[0]).toBeCloseTo(0.8, 12);
    expect(blocks[0]?.[1]).toBeCloseTo((0.2 - 0.6 + 0.4) / 3, 12);
    expect(blocks[1]?.[0]).toBeCloseTo((0.2 - 0.6 + 0.4) / 3, 12);
  });

  it('are null over nothing', () => {
    expect(rangeMeans(cosines, [0, 0, 0, 0])).toMatchObject({across: null});
    const {within, blocks} = rangeMeans(cosines, [0, 1, 2, 3]);
    expect(within).toBeNull();
    expect(blocks[3]).toEqual([-0.6, null, 0.5, null]);
  });
});

describe('the best cuts', () => {
  it.each(Array.from({length: 12}, (_, seed) => seed))('are those of an exhaustive search: matrix %d', (seed) => {
    const n = 5 + (seed % 6);
    const cosines = randomCosines(n, seed);
    const found = bestCuts(cosines, Math.floor(n / 2));
    found.forEach((cuts, i) => {
      const best = allCuts(n, i + 1).reduce((a, b) => (withinOf(cosines, b) > withinOf(cosines, a) ? b : a));
      expect(cuts).toEqual(best);
    });
  });
});

describe('proposed ranges', () => {
  const starts = [0, 3, 9];
  const blockOf = (i: number) => starts.filter((start) => start <= i).length;
  const planted = triangle(16, (i, j) => (blockOf(i) === blockOf(j) ? 0.9 : -0.1));
  const timesteps = Array.from({length: 16}, (_, i) => Math.floor(((i + 0.5) * 1000) / 16));

  it('lie where the gradients change, and are as many as each takes 5 % off the conflict', () => {
    const {proposals, suggested} = proposeRanges(planted, timesteps, 1000, 16);
    expect(suggested).toBe(3);
    expect(proposals[2]?.best).toEqual({
      edges: [0, 187, 562, 1000],
      within: expect.closeTo(0.9, 12) as number,
      across: expect.closeTo(-0.1, 12) as number,
    });
    expect(proposals[2]?.equal.edges).toEqual([0, 333, 666, 1000]);
    expect(proposals).toHaveLength(8);
  });

  it('are at no number worse than equal ones', () => {
    for (let seed = 0; seed < 20; seed++) {
      const {proposals} = proposeRanges(randomCosines(16, seed), timesteps, 1000, 8);
      for (const count of [1, 2, 4, 8]) {
        const {equal, best} = proposals[count - 1] ?? expect.fail();
        expect(best.within).toBeGreaterThanOrEqual((equal.within ?? NaN) - 1e-12);
      }
    }
  });

  it.each([0.4, 1])('are one where all timesteps have the cosine %d', (cosine) => {
    const {proposals, suggested} = proposeRanges(
      triangle(8, () => cosine),
      timesteps.slice(0, 8),
      500,
      16,
    );
    expect(suggested).toBe(1);
    expect(proposals[0]?.best).toEqual({edges: [0, 500], within: expect.closeTo(cosine, 12) as number, across: null});
  });
});
