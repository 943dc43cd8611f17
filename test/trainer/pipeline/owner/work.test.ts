import {expect, it} from 'vitest';
import {DemeConfig} from '../../../../trainer/contract/config/config.ts';
import type {StageSelection} from '../../../../trainer/contract/run/ownerMessages.ts';
import {allStages} from '../../../../trainer/pipeline/graph/stagePlan.ts';
import {wantedOf} from '../../../../trainer/pipeline/owner/work.ts';
import {golden} from '../../store/golden.ts';

function configOf(search: object): DemeConfig {
  const decouple = {ranges: 8};
  return DemeConfig.parse({name: 'x', base: 'cifar', data: {kind: 'mnist'}, decouple, merge: {search}});
}

function want(search: object, selection: StageSelection) {
  return wantedOf('x.deme.yaml', {folder: '/', baseFolder: golden('cifar'), config: configOf(search)}, selection);
}

it.each([
  {search: {strategy: 'grid', step: 0.1}, code: 'search-grid-size'},
  {search: {strategy: 'coordinate', low: 1, high: 0}, code: 'search-range'},
])(
  'what no search can do is refused before the trainings ($code), and only for work that searches',
  ({search, code}) => {
    expect(() => want(search, {kind: 'pipeline'})).toThrow(expect.objectContaining({code, where: 'x.deme.yaml'}));
    expect(want(search, {kind: 'finetune', range: 0}).stages.map(({name}) => name)).toEqual(['expert-0']);
    // Of a run that has begun with such a config there is all the same what to look at and to end.
    expect(allStages(configOf(search)).map(({name}) => name)).toContain('search');
  },
);
