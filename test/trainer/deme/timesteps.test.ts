import {describe, expect, it} from 'vitest';
import {UserError} from '../../../trainer/contract/errors.ts';
import {
  drawTimesteps,
  equalRanges,
  rangesFromEdges,
  routeTimestep,
  type TimestepDraw,
} from '../../../trainer/deme/timesteps.ts';
import {createRandom} from '../../../trainer/random.ts';

const base: TimestepDraw = {range: [250, 500], timesteps: 1000, batch: 16, probability: 0.3, draw: 'batch'};
const draws = ['batch', 'sample'] as const;

describe('equalRanges', () => {
  it('tiles [0, T) for every number of ranges, and routing agrees with it', () => {
    for (const timesteps of [1, 7, 100]) {
      for (let count = 1; count <= timesteps; count++) {
        const ranges = equalRanges(count, timesteps);
        const covered = ranges.flatMap(([low, high], i) => new Array<number>(high - low).fill(i));
        expect(ranges).toHaveLength(count);
        expect(ranges[0]?.[0]).toBe(0);
        expect(covered).toHaveLength(timesteps);
        expect(covered.map((_, timestep) => routeTimestep(timestep, ranges))).toEqual(covered);
        expect(new Set(covered).size).toBe(count);
      }
    }
  });

  it('routes by the edges where floor(t N / T) does not', () => {
    const ranges = equalRanges(3, 1000);
    expect(ranges).toEqual([
      [0, 333],
      [333, 666],
      [666, 1000],
    ]);
    expect([332, 333, 665, 666].map((timestep) => routeTimestep(timestep, ranges))).toEqual([0, 1, 1, 2]);
    expect(Math.floor((333 * 3) / 1000)).toBe(0);
    expect(() => routeTimestep(1000, ranges)).toThrow(RangeError);
  });

  it('refuses more ranges than timesteps', () => {
    for (const count of [0, 11, 2.5]) expect(() => equalRanges(count, 10)).toThrow(UserError);
  });
});

describe('rangesFromEdges', () => {
  it('makes the ranges between the edges', () => {
    expect(rangesFromEdges([0, 100, 1000], 1000)).toEqual([
      [0, 100],
      [100, 1000],
    ]);
  });

  it.each([[[]], [[0]], [[0, 999]], [[1, 1000]], [[0, 500, 500, 1000]], [[0, 600, 500, 1000]], [[0, 0.5, 1000]]])(
    'refuses %j',
    (edges) => {
      expect(() => rangesFromEdges(edges, 1000)).toThrow(UserError);
    },
  );
});

describe('drawTimesteps', () => {
  it.each(draws)('stays in the own range for p = 0 (%s)', (draw) => {
    const timesteps = collect({...base, probability: 0, draw}, 500);
    expect(Math.min(...timesteps)).toBe(250);
    expect(Math.max(...timesteps)).toBe(499);
  });

  it.each(draws)('ignores the own range for p = 1 (%s)', (draw) => {
    const settings: TimestepDraw = {...base, probability: 1, draw};
    expect(collect(settings, 20)).toEqual(collect({...settings, range: [750, 1000]}, 20));
    expect(new Set(collect(settings, 2000)).size).toBe(1000);
  });

  // B = 16: 9 draws, 7 mirrored; B = 15: 8 and 7; B = 2: two draws; B = 1: one.
  it.each([
    [16, 7],
    [15, 7],
    [4, 1],
    [3, 1],
    [2, 0],
    [1, 0],
  ])('mirrors a batch of %i into %i pairs', (batch, pairs) => {
    for (const probability of [0, 1]) {
      const [low, high] = probability === 0 ? base.range : [0, 1000];
      for (let update = 0; update < 50; update++) {
        const timesteps = drawTimesteps({...base, batch, probability}, createRandom(1, update));
        expect(timesteps).toHaveLength(batch);
        expect(timesteps.every((timestep) => low <= timestep && timestep < high)).toBe(true);
        const drawn = batch - pairs;
        timesteps.slice(drawn).forEach((mirror, i) => expect(mirror + (timesteps[i] as number)).toBe(low + high - 1));
      }
    }
  });

  it('tosses one coin for a batch, one for each image of a sample draw', () => {
    const own = (timesteps: number[]) => timesteps.filter((timestep) => timestep >= 250 && timestep < 500).length;
    const shares = (draw: 'batch' | 'sample') =>
      Array.from({length: 2000}, (_, i) => own(drawTimesteps({...base, draw, batch: 64}, createRandom(5, i))));
    // A global batch of 64 puts about 16 into the own range; only such batches may have any outside.
    const allOwn = shares('batch').filter((count) => count === 64).length / 2000;
    expect(Math.abs(allOwn - 0.7)).toBeLessThan(0.04);
    expect(Math.max(...shares('batch').filter((count) => count < 64))).toBeLessThan(40);
    expect(shares('sample').filter((count) => count === 64)).toHaveLength(0);
  });

  // Own range (1 - p) + p/N, each other p/N, with p = 0.3.
  it.each(draws.flatMap((draw) => [2, 4, 8].map((count) => [draw, count] as const)))(
    'has the effective distribution of the method (%s, N = %i)',
    (draw, count) => {
      const ranges = equalRanges(count, 1000);
      const expert = count - 1;
      // Batches of one are independent draws, as the test statistic assumes.
      const settings: TimestepDraw = {...base, range: ranges[expert] as [number, number], batch: 1, draw};
      const timesteps = collect(settings, 40_000);
      const counts = ranges.map(([low, high]) => timesteps.filter((t) => t >= low && t < high).length);
      const expected = ranges.map((_, i) => 40_000 * (0.3 / count + (i === expert ? 0.7 : 0)));
      const chiSquare = counts.reduce(
        (sum, seen, i) => sum + (seen - (expected[i] as number)) ** 2 / (expected[i] as number),
        0,
      );
      // 0.1 % points of 1, 3 and 7 degrees of freedom.
      expect(chiSquare).toBeLessThan({2: 10.83, 4: 16.27, 8: 24.32}[count] as number);
    },
  );

  it('keeps the marginal uniform in spite of the mirrors', () => {
    const timesteps = collect({...base, range: [0, 10], probability: 0}, 5000);
    const counts = Array.from({length: 10}, (_, t) => timesteps.filter((timestep) => timestep === t).length);
    for (const seen of counts) expect(Math.abs(seen / timesteps.length - 0.1)).toBeLessThan(0.006);
  });

  describe('with weights', () => {
    // Three times as likely in the second half of the range.
    const weights = Float64Array.from({length: 1000}, (_, t) => (t < 375 ? 1 : 3));

    it.each(draws)('draws in proportion to them within the range, in spite of the mirrors (%s)', (draw) => {
      const timesteps = collect({...base, probability: 0, draw, weights}, 4000);
      expect(Math.min(...timesteps)).toBe(250);
      expect(Math.max(...timesteps)).toBe(499);
      const share = timesteps.filter((t) => t >= 375).length / timesteps.length;
      expect(Math.abs(share - 0.75)).toBeLessThan(0.01);
    });

    it('draws from all timesteps with probability p', () => {
      const timesteps = collect({...base, probability: 1, weights}, 4000);
      // 375 of weight 1 and 625 of weight 3.
      const share = timesteps.filter((t) => t < 375).length / timesteps.length;
      expect(Math.abs(share - 375 / (375 + 3 * 625))).toBeLessThan(0.01);
      expect(new Set(timesteps).size).toBe(1000);
    });

    it('never draws what has none', () => {
      const single = Float64Array.from({length: 1000}, (_, t) => (t === 300 || t === 700 ? 1 : 0));
      expect(new Set(collect({...base, probability: 0, weights: single}, 200))).toEqual(new Set([300]));
      expect(new Set(collect({...base, probability: 1, weights: single}, 200))).toEqual(new Set([300, 700]));
    });

    it('mirrors by the distribution: where all are the same, as without weights', () => {
      const timesteps = drawTimesteps({...base, weights: new Float64Array(1000).fill(1)}, createRandom(1, 0));
      timesteps.slice(9).forEach((mirror, i) => {
        const sum = mirror + (timesteps[i] as number);
        expect([250 + 499, 999]).toContain(sum);
      });
    });
  });
});

/** The timesteps of `batches` micro-batches, each from a stream of its own. */
function collect(settings: TimestepDraw, batches: number): number[] {
  return Array.from({length: batches}, (_, i) => drawTimesteps(settings, createRandom(9, 'timesteps', i))).flat();
}
