import {expect, it} from 'vitest';
import {stageTimesteps} from '../../webview/stageTimesteps.ts';

it('names the timesteps of an expert, first and last, and none for what trains all or has no range', () => {
  const run = {
    ranges: [
      [0, 250],
      [250, 1000],
    ] as [number, number][],
  };
  expect(
    ['expert-0', 'expert-1', 'expert-2', 'ordinary', 'pretrain'].map((stage) => stageTimesteps(run, stage)),
  ).toEqual(['t 0 to 249', 't 250 to 999', '', '', '']);
});
