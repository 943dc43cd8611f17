import {expect, it} from 'vitest';
import {lastCheckpoints, nearestOf} from '../../../webview/losses/pointNeighbours.ts';

it('finds the samples nearest to an update, on either side', () => {
  expect([0, 149, 150, 151, 999].map((update) => nearestOf([100, 200], update))).toEqual([100, 100, 100, 200, 200]);
  expect(nearestOf([], 5)).toBeNull();
});

it('finds the last checkpoint of each stage at or before an update, also after a rollback', () => {
  const written = [
    {stage: 'expert-1', update: 50},
    {stage: 'expert-0', update: 100},
    {stage: 'expert-0', update: 200},
    {stage: 'expert-0', update: 150},
  ];
  const last = (update: number) => lastCheckpoints(written, update).map(({stage, update: at}) => `${stage} ${at}`);
  expect([49, 50, 100, 199, 200].map(last)).toEqual([
    [],
    ['expert-1 50'],
    ['expert-0 100', 'expert-1 50'],
    ['expert-0 150', 'expert-1 50'],
    ['expert-0 200', 'expert-1 50'],
  ]);
});
