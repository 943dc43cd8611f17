import {describe, expect, it} from 'vitest';
import {linearAxis, logAxis, rangeOf, withMargin} from '../../../trainer/chart/axes.ts';

describe('place', () => {
  it('is linear on a linear axis', () => {
    const axis = linearAxis({low: -1, high: 3}, 5);
    expect([-1, 0, 1, 3, 5].map((value) => axis.place(value))).toEqual([0, 0.25, 0.5, 1, 1.5]);
  });

  it('gives each decade of a log axis the same length', () => {
    const axis = logAxis({low: 0.01, high: 100}, 5);
    [0.01, 0.1, 1, 10, 100].forEach((value, i) => expect(axis.place(value)).toBeCloseTo(i / 4, 12));
    expect(axis.ticks.map(({label}) => label)).toEqual(['0.01', '0.1', '1', '10', '100']);
  });

  it('is null for what cannot be shown', () => {
    expect([null, NaN, Infinity].map(linearAxis({low: 0, high: 1}, 5).place)).toEqual([null, null, null]);
    expect([null, NaN, 0, -1].map(logAxis({low: 1, high: 2}, 5).place)).toEqual([null, null, null, null]);
  });
});

describe('rangeOf', () => {
  it.each([
    ['the extremes', [3, -1, 2], 'linear', {low: -1, high: 3}],
    ['no gaps', [null, 1, NaN, 2, Infinity], 'linear', {low: 1, high: 2}],
    ['only what is positive on a log axis', [0, -5, 0.1, 10], 'log', {low: 0.1, high: 10}],
    ['room around a single value', [4, 4], 'linear', {low: 2, high: 6}],
    ['room around zero', [0], 'linear', {low: -1, high: 1}],
    ['something without values', [null], 'linear', {low: 0, high: 1}],
    ['something without values on a log axis', [], 'log', {low: 0.1, high: 1}],
  ] as const)('%s', (_, values, scale, expected) => {
    expect(rangeOf(values, scale)).toEqual(expected);
  });
});

describe('withMargin', () => {
  it('adds a share of the length, of the logarithm on a log axis', () => {
    expect(withMargin({low: 0, high: 10}, 0.1)).toEqual({low: -1, high: 11});
    const {low, high} = withMargin({low: 1, high: 100}, 0.5, 'log');
    expect(low).toBeCloseTo(0.1, 12);
    expect(high).toBeCloseTo(1000, 9);
  });
});
