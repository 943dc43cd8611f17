import {describe, expect, it} from 'vitest';
import {best, filtered, grouped, rowOf, sorted, usualColumns} from '../../../webview/runs/runRows.ts';
import {runView} from '../runViews.ts';

const loss = 'merged.held-out loss';
const runs = [
  runView('a-1', {settings: {'decouple.updates': '100', 'decouple.seed': '0', base: 'x'}, scores: {[loss]: 0.03}}),
  runView('a-2', {settings: {'decouple.updates': '1000', 'decouple.seed': '1', base: 'x'}, scores: {[loss]: 0.02}}),
  runView('a-3', {
    settings: {'decouple.updates': '1000', 'decouple.seed': '2', base: 'x'},
    tags: ['good'],
    scores: {[loss]: 0.024},
  }),
  runView('b-4', {settings: {base: 'x'}, note: 'wider net'}),
];
const rows = runs.map(rowOf);
const idsOf = (found: readonly {run: {id: string}}[] | null) => found?.map(({run}) => run.id);

describe('the rows of the table of runs', () => {
  it.each([
    ['', ['a-1', 'a-2', 'a-3', 'b-4']],
    ['updates>=1000', ['a-2', 'a-3']],
    ['updates>=1000 & tags~good', ['a-3']],
    ['merged.held-out loss<0.025 & seed!=2', ['a-2']],
    ['WIDER', ['b-4']],
    ['a- & good', ['a-3']],
  ])('that meet "%s" are %j', (filter, ids) => {
    expect(idsOf(filtered(rows, filter))).toEqual(ids);
  });

  it('know when a condition means no column', () => {
    expect(filtered(rows, 'update>=3')).toBeNull();
  });

  it('are sorted by size, and those without a value come last either way', () => {
    expect(idsOf(sorted(rows, {column: 'decouple.updates', descending: false}))).toEqual(['a-1', 'a-2', 'a-3', 'b-4']);
    expect(idsOf(sorted(rows, {column: loss, descending: true}))).toEqual(['a-1', 'a-3', 'a-2', 'b-4']);
    const numbered = ['a-10', 'a-2', 'a-1'].map((id) => rowOf(runView(id)));
    expect(idsOf(sorted(numbered, {column: 'id', descending: false}))).toEqual(['a-1', 'a-2', 'a-10']);
    expect(best(rows, loss)?.run.id).toBe('a-2');
    expect(best(rows.slice(3), loss)).toBeNull();
  });

  it('make groups with mean and deviation of the numbers that all of them have', () => {
    const groups = grouped(rows, 'decouple.updates');
    expect(groups.map(({value, rows: members}) => [value, idsOf(members)])).toEqual([
      ['100', ['a-1']],
      ['1000', ['a-2', 'a-3']],
      ['', ['b-4']],
    ]);
    const {mean = NaN, deviation = NaN} = groups[1]?.spread.get(loss) ?? {};
    expect(mean).toBeCloseTo(0.022, 12);
    expect(deviation).toBeCloseTo(0.004 / Math.SQRT2, 12);
    expect(groups[2]?.spread.has(loss)).toBe(false);
  });

  it('are in groups of their own where values differ, if only in a digit that is not shown', () => {
    const rates = ['0.0001254', '0.0001251', '0.0001254'];
    const members = rates.map((rate, i) => rowOf(runView(`c-${i}`, {settings: {rate}})));
    expect(grouped(members, 'rate').map(({value, rows: found}) => [value, found.length])).toEqual([
      ['0.0001254', 2],
      ['0.0001251', 1],
    ]);
  });

  it.each(['007', '1e5', '0x10', ' 1', ''])('keep the text "%s", which is no number', (name) => {
    const row = rowOf(runView('d-1', {settings: {name, updates: '1e-7'}}));
    expect([row.cells.get('name'), row.cells.get('updates')]).toEqual([name, 1e-7]);
    expect(filtered([row], `name~${name.trim()}`)).toEqual([row]);
  });

  it('show what differs, and the scores of merged models', () => {
    expect(usualColumns(rows)).toEqual(['id', 'state', 'created', 'tags', 'decouple.updates', 'decouple.seed', loss]);
  });
});
