import {InvalidArgumentError} from 'commander';
import {describe, expect, it} from 'vitest';
import {collect, count, numberList, share, timestepRange, wholeNumber} from '../../../trainer/cli/arguments.ts';

describe('option values', () => {
  it.each([
    [wholeNumber, '0', 0],
    [wholeNumber, '1000', 1000],
    [count, '1', 1],
    [share, '0.5', 0.5],
    [share, '1', 1],
    [numberList, '0.1,-0.2, 1e-3', [0.1, -0.2, 0.001]],
    [numberList, '2', [2]],
    [timestepRange, '0,250', [0, 250]],
  ] as const)('%o reads %s', (parse, text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each([
    [wholeNumber, '-1'],
    [wholeNumber, '1.5'],
    [wholeNumber, ''],
    [wholeNumber, 'ten'],
    [wholeNumber, '1e20'],
    [count, '0'],
    [share, '1.01'],
    [share, 'NaN'],
    [numberList, '0.1,,0.2'],
    [numberList, '0.1;0.2'],
    [numberList, 'Infinity'],
    [timestepRange, '250'],
    [timestepRange, '250,250'],
    [timestepRange, '0,250,500'],
    [timestepRange, '-1,5'],
  ] as const)('%o refuses %s', (parse, text) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError);
  });

  it('that are given several times are collected in their order', () => {
    const add = collect(wholeNumber);
    expect(add('3', add('2', add('1')))).toEqual([1, 2, 3]);
  });
});
