import {describe, expect, it} from 'vitest';
import {
  binEdge,
  emptyHistogram,
  pooled,
  SymmetricHistogram,
  withLimit,
  withValues,
} from '../../../../../trainer/contract/run/measured/symmetricHistogram.ts';
import {createRandom} from '../../../../../trainer/random.ts';

const random = createRandom(3, 'histogram');
/** Of sizes that grow, so that the limit doubles on the way. */
const batches = [1e-4, 3e-3, 1e-6, 0.2, 0.05].map((size) =>
  random.fillNormal(new Float32Array(500)).map((value) => size * value),
);
const values = batches.flatMap((batch) => [...batch]);

describe('a histogram around 0', () => {
  it('that grows batch by batch is that of all values in the edges it ends with', () => {
    const grown = batches.reduce<SymmetricHistogram>(withValues, emptyHistogram());
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(grown.limit).toBe(2 ** (Math.floor(Math.log2(largest)) + 1));
    const expected = grown.counts.map((_, bin) => {
      const [low, high] = [binEdge(grown, bin), binEdge(grown, bin + 1)];
      return values.filter((value) => value >= low && value < high).length;
    });
    expect(grown.counts).toEqual(expected);
    expect(expected.reduce((sum, count) => sum + count)).toBe(values.length);
    expect(SymmetricHistogram.parse(grown)).toEqual(grown);
  });

  it('adds up with others of smaller limits, in any order', () => {
    const single = batches.map((batch) => withValues(emptyHistogram(), batch));
    expect(new Set(single.map(({limit}) => limit)).size).toBeGreaterThan(3);
    const whole = withValues(emptyHistogram(), values);
    expect(pooled(single)).toEqual(whole);
    expect(pooled(single.toReversed())).toEqual(whole);
    expect(pooled([])).toEqual(emptyHistogram());
  });

  it('puts edges into the bin above them, and values below 0 below the middle', () => {
    const {limit, counts} = withValues(emptyHistogram(), [0, -1, -1e-30, 0.5]);
    expect(limit).toBe(2);
    expect([counts[128], counts[64], counts[127], counts[160]]).toEqual([1, 1, 1, 1]);
    expect(withLimit({limit, counts}, 256).counts.slice(126, 130)).toEqual([0, 2, 2, 0]);
  });

  it('refuses a value that is not finite, and a limit from outside that is no power of two', () => {
    expect(() => withValues(emptyHistogram(), [NaN])).toThrow();
    expect(() => withValues(emptyHistogram(), [Infinity])).toThrow();
    expect(SymmetricHistogram.safeParse({...emptyHistogram(), limit: 3}).success).toBe(false);
  });
});
