import {describe, expect, it} from 'vitest';
import {smallestOf, usedBy} from '../../../../trainer/pipeline/resources/gpuMemory.ts';

describe('the memory of a GPU that a process has taken', () => {
  it('is the sum over its GPUs', () => {
    const rows = [
      ['11', '1000'],
      ['12', '400'],
      ['11', '24'],
    ];
    expect(usedBy(11, rows)).toBe(1024 * 2 ** 20);
    expect(usedBy(12, rows)).toBe(400 * 2 ** 20);
  });

  it('is unknown where the driver does not name the process, or not its memory', () => {
    expect(usedBy(13, [['11', '1000']])).toBeUndefined();
    expect(usedBy(11, [['11', '[N/A]']])).toBeUndefined();
    expect(usedBy(11, [])).toBeUndefined();
  });
});

describe('the memory of the smallest GPU', () => {
  const rows = [
    ['0', 'GPU-a', '2000'],
    ['1', 'GPU-b', '8000'],
    ['2', 'GPU-c', '4000'],
  ];

  it('counts those that CUDA may use, by number or UUID', () => {
    expect(smallestOf(['1', '2'], rows)).toBe(4000 * 2 ** 20);
    expect(smallestOf(['GPU-b'], rows)).toBe(8000 * 2 ** 20);
    expect(smallestOf(['0', '1', '2'], rows)).toBe(2000 * 2 ** 20);
  });

  it('is unknown for slices, which the driver lists elsewhere, and where it says nothing', () => {
    expect(smallestOf(['MIG-x'], rows)).toBeNull();
    expect(smallestOf(['0'], [['0', 'GPU-a', '[N/A]']])).toBeNull();
    expect(smallestOf(['0'], [])).toBeNull();
  });
});
