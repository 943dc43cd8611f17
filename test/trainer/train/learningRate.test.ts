import {describe, expect, it} from 'vitest';
import {LearningRateConfig, scheduleKinds} from '../../../trainer/contract/config/training.ts';
import {learningRateAt} from '../../../trainer/train/learningRate.ts';

const peak = 0.02;

/** Rates of all updates 0 to `updates`, the last being the one after the end. */
function rates(settings: Partial<LearningRateConfig>, updates: number): number[] {
  const config = LearningRateConfig.parse(settings);
  return Array.from({length: updates + 1}, (_, update) => learningRateAt(config, peak, update, updates));
}

function expectRates(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((rate, i) => expect(rate).toBeCloseTo(expected[i] ?? NaN, 12));
}

describe('learning rate', () => {
  it('is the peak throughout by default', () => {
    expectRates(rates({}, 3), [peak, peak, peak, peak]);
  });

  it('warms up linearly: no update is lost at rate zero, and the first after the warm-up has the peak', () => {
    const expected = [1, 2, 3, 4, 4, 4].map((quarters) => (peak * quarters) / 4);
    expectRates(rates({warmup: 3}, 5), expected);
  });

  it.each([
    [{kind: 'linear'}, [1, 0.75, 0.5, 0.25, 0]],
    [{kind: 'cosine'}, [1, 0.5 + Math.SQRT1_2 / 2, 0.5, 0.5 - Math.SQRT1_2 / 2, 0]],
    [{kind: 'polynomial', power: 2}, [1, 0.5625, 0.25, 0.0625, 0]],
    [{kind: 'constant'}, [1, 1, 1, 1, 1]],
  ] as const)('has the shape of %j', (settings, shares) => {
    expectRates(
      rates(settings, 4),
      shares.map((share) => peak * share),
    );
  });

  it.each(['linear', 'cosine', 'polynomial'] as const)('%s ends at the final share of the peak', (kind) => {
    const all = rates({kind, final: 0.1}, 8);
    expect(all.at(-1)).toBeCloseTo(peak * 0.1, 12);
    expect(all[4]).toBeCloseTo(peak * 0.55, 12);
  });

  it('begins the shape after the warm-up', () => {
    expectRates(
      rates({kind: 'linear', warmup: 2}, 6),
      [1 / 3, 2 / 3, 1, 0.75, 0.5, 0.25, 0].map((share) => peak * share),
    );
  });

  it.each(scheduleKinds)(
    '%s stays between the end and the peak, also where the warm-up is longer than the run',
    (kind) => {
      for (const [warmup, updates] of [
        [0, 1],
        [5, 3],
        [3, 3],
        [2, 9],
      ] as const) {
        for (const rate of rates({kind, warmup, final: 0.2}, updates)) {
          expect(rate).toBeGreaterThan(0);
          expect(rate).toBeLessThanOrEqual(peak);
        }
      }
    },
  );
});
