import {expect, it} from 'vitest';
import {checkConfig, problemText} from '../../../../trainer/contract/config/parseConfig.ts';

const head = 'name: a\nbase: model\ndata: {kind: mnist}\ndecouple: {ranges: 2}\nmerge:\n';

it.each([
  [
    'a search over the parts of the network besides rules for them',
    '  search: {groups: {}}\n  rules: [{match: up, weights: [1, 1]}]\n',
    '7:3 merge.rules: give either rules or search.groups, which finds rules',
  ],
  [
    'a search with a method other than the one it measures',
    '  search: {}\n  method: {kind: ties}\n',
    '7:3 merge.method: a search is for the method linear; give weights for any other',
  ],
  [
    'another method without weights, which a search would settle',
    '  method: {kind: dare}\n',
    '6:3 merge.method: a search is for the method linear; give weights for any other',
  ],
  [
    'candidates that are confirmed in no feature space',
    '  search: {confirm: {}}\n',
    '6:12 merge.search.confirm: confirm needs evaluate.features, which say what is compared',
  ],
  [
    'a search by distance in no feature space',
    '  search: {objective: frechet}\n',
    '6:23 merge.search.objective: a search by distance needs evaluate.features, which say what is compared',
  ],
  [
    'the settings of a search by distance in one by loss',
    '  search: {race: {first: 4}}\n',
    '6:12 merge.search.race: is for a search by distance; name one as objective',
  ],
])('refuses %s', (_, text, expected) => {
  const problems = checkConfig(head + text);
  expect(problems.map((problem) => `${problem.line}:${problem.column} ${problemText(problem)}`)).toEqual([expected]);
});

const evaluate = 'evaluate: {features: digits}\n';

it.each([
  [
    'CMMD without CLIP',
    '{objective: cmmd}',
    'merge.search.objective: a search by distance needs evaluate.features with clip, which say what is compared',
  ],
  [
    'a grid by distance',
    '{objective: kid, strategy: grid}',
    'merge.search.strategy: a search by distance is always cma-es',
  ],
  [
    'images that are compared twice',
    '{objective: both, confirm: {}}',
    'merge.search.confirm: is for a search by loss; this one compares images anyway',
  ],
  [
    'a race that begins behind its end',
    '{objective: kid, race: {first: 9, samples: 8}}',
    'merge.search.race.first: first is at most samples',
  ],
  [
    'settings that the sampler does not have',
    '{objective: kid, sampling: {sampler: ddim, scheduler: {use_karras_sigmas: true}}}',
    /merge\.search\.sampling\.scheduler\.use_karras_sigmas: the sampler ddim has no such setting/,
  ],
])('refuses %s', (_, search, expected) => {
  const [problem, ...others] = checkConfig(`${head}  search: ${search}\n${evaluate}`);
  expect(others).toEqual([]);
  expect(problem && problemText(problem)).toMatch(expected);
});

it('takes a search by distance with all that it may have', () => {
  const search =
    '{objective: both, budget: 40, sampling: {steps: 10}, race: {first: 64, samples: 512, sigma: 2, reference: 500}, test: {samples: 100, seeds: [1, 2]}, groups: {}}';
  expect(checkConfig(`${head}  search: ${search}\n${evaluate}`)).toEqual([]);
  expect(checkConfig(`${head}  search: {objective: cmmd}\nevaluate: {features: [digits, clip]}\n`)).toEqual([]);
});

it('takes a search with all that it may have', () => {
  const search = '  search: {strategy: cma-es, sigma: 0.2, groups: {budget: 9}, confirm: {best: 2, by: frechet}}\n';
  expect(checkConfig(`${head}${search}evaluate: {features: digits}\n`)).toEqual([]);
});
