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
])('refuses %s', (_, text, expected) => {
  const problems = checkConfig(head + text);
  expect(problems.map((problem) => `${problem.line}:${problem.column} ${problemText(problem)}`)).toEqual([expected]);
});

it('takes a search with all that it may have', () => {
  const search = '  search: {strategy: cma-es, sigma: 0.2, groups: {budget: 9}, confirm: {best: 2, by: frechet}}\n';
  expect(checkConfig(`${head}${search}evaluate: {features: digits}\n`)).toEqual([]);
});
