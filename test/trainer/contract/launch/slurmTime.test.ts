import {describe, expect, it} from 'vitest';
import {slurmSeconds, slurmTimeText} from '../../../../trainer/contract/launch/slurmTime.ts';

describe('a time limit of Slurm', () => {
  // The formats of `man sbatch`.
  it.each([
    ['90', 5400],
    ['2:30', 150],
    ['04:00:05', 14_405],
    ['1-2', 93_600],
    ['1-02:30', 95_400],
    ['2-00:00:01', 172_801],
    ['0', Infinity],
    ['UNLIMITED', Infinity],
    ['-1', Infinity],
    ['4h', null],
    ['1:2:3:4', null],
    ['', null],
  ])('%s', (text, seconds) => expect(slurmSeconds(text)).toBe(seconds));

  it('is written as it is read', () => {
    for (const seconds of [60, 240, 14_405, 172_801]) expect(slurmSeconds(slurmTimeText(seconds))).toBe(seconds);
    expect([240, 90_000].map(slurmTimeText)).toEqual(['00:04:00', '1-01:00:00']);
  });
});
