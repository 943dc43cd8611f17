import {describe, expect, it} from 'vitest';
import type {RunEvent} from '../../../../trainer/contract/run/events.ts';
import {peakText, stagePeaks} from '../../../../trainer/contract/run/stagePeaks.ts';

const memory = (stage: string, host: number, device?: number): RunEvent => ({
  type: 'memory',
  time: 0,
  stage,
  host,
  ...(device !== undefined && {device}),
});

describe('the peak of a stage', () => {
  it('is that of the largest of its processes, host and device each for itself', () => {
    const peaks = stagePeaks([
      memory('expert-0', 5e9, 1e9),
      memory('expert-1', 1e9),
      {type: 'stopped', time: 0, stage: 'expert-0'},
      memory('expert-0', 3e9, 2e9),
      memory('expert-1', 2e9),
    ]);
    expect(Object.fromEntries(peaks)).toEqual({'expert-0': {host: 5e9, device: 2e9}, 'expert-1': {host: 2e9}});
  });

  it('is unknown for a stage that told nothing', () => {
    expect(stagePeaks([{type: 'stage', time: 0, stage: 'merge', state: 'started'}]).size).toBe(0);
  });

  it('is written in gigabytes of a thousand million bytes', () => {
    expect(peakText({host: 2_734_000_000})).toBe('2.73 GB');
    expect(peakText({host: 5e8, device: 1.5e9})).toBe('0.50 GB and 1.50 GB of the GPU');
  });
});
