import {expect, it} from 'vitest';
import {DemeConfig} from '../../../../../trainer/contract/config/config.ts';
import {checkConfig, problemText} from '../../../../../trainer/contract/config/parseConfig.ts';
import {searchedUpdates} from '../../../../../trainer/contract/config/snapshots/searchedUpdates.ts';
import {snapshotUpdates} from '../../../../../trainer/contract/config/snapshots/snapshots.ts';
import {searchedSnapshots} from '../../../../../trainer/contract/run/snapshots/expertSnapshot.ts';

it.each([
  [400, {every: 100, keep: 9}, [300, 200, 100]],
  [401, {every: 100, keep: 9}, [400, 300, 200, 100]],
  [1000, {every: 300, keep: 2}, [900, 600]],
  [100, {every: 100, keep: 2}, []],
])('keeps of %i updates, by %j, the snapshots of %j', (updates, snapshots, expected) => {
  expect(snapshotUpdates({updates, snapshots})).toEqual(expected);
});

it('searches the newest of these, the experts themselves first', () => {
  const config = DemeConfig.parse({
    name: 'a',
    base: 'b',
    data: {kind: 'mnist'},
    decouple: {ranges: 2, updates: 400, snapshots: {every: 100}},
    merge: {search: {checkpoints: {last: 3}}},
  });
  expect(searchedUpdates(config)).toEqual([400, 300, 200]);
  expect(searchedSnapshots(config).map(({expert, update}) => [expert, update])).toEqual([
    [0, 300],
    [1, 300],
    [0, 200],
    [1, 200],
  ]);
});

const head = 'name: a\nbase: model\ndata: {kind: mnist}\n';
const given = 'experts: [{model: a}, {model: b}]\n';
const trained = 'decouple: {ranges: 2, updates: 400}\n';
const snapped = 'decouple: {ranges: 2, updates: 400, snapshots: {every: 100, keep: 2}}\n';

it.each([
  ['experts that are given', given, '{checkpoints: {}}', /checkpoints: is for experts that are trained here/],
  ['experts without snapshots', trained, '{checkpoints: {}}', /checkpoints: each expert leaves no snapshot besides/],
  [
    'more checkpoints than are kept',
    snapped,
    '{checkpoints: {last: 4}}',
    /checkpoints: each expert leaves 2 snapshots/,
  ],
  ['parts of the network besides', snapped, '{checkpoints: {}, groups: {}}', /give either groups or checkpoints/],
])('refuses a search over checkpoints with %s', (_, experts, search, expected) => {
  const [problem, ...others] = checkConfig(`${head}${experts}merge: {search: ${search}}\n`);
  expect(others).toEqual([]);
  expect(problem && problemText(problem)).toMatch(expected);
});

it('refuses rules, which are for experts, beside it, and takes what is there', () => {
  const rules = 'merge: {search: {checkpoints: {}}, rules: [{match: up, weights: [1, 1]}]}\n';
  expect(checkConfig(head + snapped + rules).map(problemText)).toEqual([
    'merge.rules: give either rules, which are for experts, or search.checkpoints',
  ]);
  expect(checkConfig(`${head}${snapped}merge: {search: {checkpoints: {last: 3}}}\n`)).toEqual([]);
  expect(checkConfig(`${head}${trained}merge: {search: {checkpoints: {last: 1}}}\n`)).toEqual([]);
});
