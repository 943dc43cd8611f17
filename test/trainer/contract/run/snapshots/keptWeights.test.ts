import {expect, it} from 'vitest';
import {startsAt, type KeptWeights} from '../../../../../trainer/contract/run/snapshots/keptWeights.ts';

it('finds the newest weights of each expert up to an update, a model rather than a checkpoint', () => {
  const kept: KeptWeights[] = [
    {expert: 1, update: 50, kind: 'snapshot'},
    {expert: 0, update: 200, kind: 'model'},
    {expert: 0, update: 200, kind: 'checkpoint'},
    {expert: 0, update: 100, kind: 'checkpoint'},
    {expert: 0, update: 100, kind: 'snapshot'},
  ];
  const starts = (update: number) =>
    startsAt(kept, update).map(({expert, update: at, kind}) => `${expert} ${at} ${kind}`);
  expect([49, 50, 100, 199, 200].map(starts)).toEqual([
    [],
    ['1 50 snapshot'],
    ['0 100 snapshot', '1 50 snapshot'],
    ['0 100 snapshot', '1 50 snapshot'],
    ['0 200 model', '1 50 snapshot'],
  ]);
});
