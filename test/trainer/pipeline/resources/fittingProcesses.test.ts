import {describe, expect, it} from 'vitest';
import {fittingProcesses, memoryWarning} from '../../../../trainer/pipeline/resources/fittingProcesses.ts';

describe('processes that fit', () => {
  it.each([
    [8e9, 4],
    [7.99e9, 3],
    [2e9, 1],
    [1e9, 1],
  ])('into %d bytes of free memory are %d', (free, count) => {
    expect(fittingProcesses(2e9, {free})).toBe(count);
  });
});

describe('the warning about free memory', () => {
  it('is none while all processes fit', () => {
    expect(memoryWarning(2e9, {free: 6e9}, 3)).toBeNull();
    expect(memoryWarning(2e9, {free: 1}, 0)).toBeNull();
  });

  it('tells what they need and what is free', () => {
    expect(memoryWarning(2e9, {free: 5.9e9}, 3)).toContain(
      '3 training processes at once need about 6.00 GB, and 5.90 GB',
    );
    expect(memoryWarning(2e9, {free: 1.9e9}, 1)).toContain('A training process needs about 2.00 GB, and 1.90 GB');
  });
});
