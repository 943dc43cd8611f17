import {describe, expect, it} from 'vitest';
import {linearTicks, logTickLabels, logTicks, tickLabels} from '../../../trainer/chart/ticks.ts';

describe('linearTicks', () => {
  it.each([
    [0, 1, 6, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0, 1, 11, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]],
    [0, 2000, 8, [0, 500, 1000, 1500, 2000]],
    [-2.45, 1.05, 9, [-2, -1.5, -1, -0.5, 0, 0.5, 1]],
    [3, 97, 8, [20, 40, 60, 80]],
    [-3e-5, 7e-5, 7, [-2e-5, 0, 2e-5, 4e-5, 6e-5]],
    [0.1, 0.3, 3, [0.1, 0.2, 0.3]],
  ])('over [%d, %d], at most %i', (low, high, most, expected) => {
    expect(linearTicks(low, high, most)).toEqual(expected);
  });
});

describe('logTicks', () => {
  it.each([
    ['decades', 0.0005, 2, 7, [0.001, 0.01, 0.1, 1]],
    ['every second decade', 1e-8, 1, 7, [1e-8, 1e-6, 1e-4, 1e-2, 1]],
    ['1, 2 and 5 of few decades', 0.008, 0.4, 7, [0.01, 0.02, 0.05, 0.1, 0.2]],
    ['linear steps within a decade', 0.021, 0.033, 7, [0.022, 0.024, 0.026, 0.028, 0.03, 0.032]],
    ['ends that are decades', 0.01, 100, 7, [0.01, 0.1, 1, 10, 100]],
  ])('%s', (_, low, high, most, expected) => {
    expect(logTicks(low, high, most)).toEqual(expected);
  });
});

describe('labels', () => {
  it.each([
    [[0, 0.5, 1], '0.0 0.5 1.0'],
    [[-1, 0, 1], '-1 0 1'],
    [[0, 500, 1000], '0 500 1000'],
    [[0.025, 0.03], '0.025 0.030'],
    [[0, 5e5, 1e6], '0 5e5 1e6'],
    [[-2e-5, 0, 2e-5], '-2e-5 0 2e-5'],
  ])('of %j', (ticks, expected) => {
    expect(tickLabels(ticks).join(' ')).toBe(expected);
  });

  it.each([
    [[0.001, 0.01, 0.1, 1, 10], '0.001 0.01 0.1 1 10'],
    [[5e-5, 1e-4, 2e-3], '5e-5 1e-4 2e-3'],
    [[1e-8, 1e-4, 1], '1e-8 1e-4 1'],
  ])('of a log axis, %j', (ticks, expected) => {
    expect(logTickLabels(ticks).join(' ')).toBe(expected);
  });
});
