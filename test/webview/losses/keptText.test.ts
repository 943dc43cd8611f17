import {expect, it} from 'vitest';
import type {KeptWeights} from '../../../trainer/contract/run/snapshots/keptWeights.ts';
import {keptText} from '../../../webview/losses/keptText.ts';
import {runView, stageView} from '../runViews.ts';

const run = runView('digits-1', {
  stages: ['expert-0', 'expert-1', 'merge'].map((name) => stageView(name)),
  ranges: [
    [0, 500],
    [500, 1000],
  ],
});
const of = (expert: number, update: number, kind: KeptWeights['kind'] = 'checkpoint') => ({expert, update, kind});

it('tells from what weights a fork would start', () => {
  const alike = [of(0, 60), of(1, 60), of(0, 90)];
  expect(keptText(run, alike, 80)).toBe('A fork starts every expert at update 60 (checkpoint).');
  expect(keptText(run, alike, 90)).toBe(
    'A fork starts expert 0, t 0 to 499 at update 90 (checkpoint); expert 1, t 500 to 999 at update 60 (checkpoint).',
  );
  expect(keptText(run, [of(1, 1000, 'model')], 1000)).toBe(
    'A fork starts expert 1, t 500 to 999 at update 1,000 (the finished expert); the others from the base.',
  );
});

it('tells what there is where nothing is kept of then', () => {
  expect(keptText(run, [of(0, 300), of(1, 300), of(0, 200)], 100)).toBe(
    'No weights of then or before are kept, only of updates 200, 300. The setting decouple.snapshots keeps more.',
  );
  expect(keptText(run, [], 100)).toMatch(/^No weights of its experts are kept yet\./);
  expect(keptText(runView('digits-2', {stages: [stageView('pretrain')]}), [], 100)).toMatch(/trains no experts/);
});
