import {describe, expect, it} from 'vitest';
import {edgesEdit} from '../../../../trainer/contract/config/edgesEdit.ts';
import {checkConfig} from '../../../../trainer/contract/config/parseConfig.ts';

const edges = [0, 120, 1000];
const head = 'name: a\nbase: model\ndata: {kind: mnist}\n';

/** The text after the change. */
function edited(text: string): string | undefined {
  const change = edgesEdit(text, edges);
  if (change === undefined) return undefined;
  const lines = text.split('\n');
  const offset = (line: number, column: number) =>
    lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
  const {line, column, endLine, endColumn} = change.span;
  return text.slice(0, offset(line, column)) + change.text + text.slice(offset(endLine, endColumn));
}

describe('edges in a config text', () => {
  it.each([
    [
      'ranges',
      'decouple:\n  # experts\n  ranges: 4 # each\n  updates: 5\n',
      'decouple:\n  # experts\n  edges: [0, 120, 1000] # each\n  updates: 5\n',
    ],
    [
      'other edges',
      'decouple:\n  updates: 5\n  edges: [0, 500, 1000]\n',
      'decouple:\n  updates: 5\n  edges: [0, 120, 1000]\n',
    ],
    [
      'a list in lines',
      'decouple:\n  edges:\n    - 0\n    - 1000\n  updates: 5\n',
      'decouple:\n  edges: [0, 120, 1000]\n  updates: 5\n',
    ],
    [
      'a list at the end of a section',
      'decouple:\n  edges:\n  - 0\n  - 1000\n# merged\nmerge: {}\n',
      'decouple:\n  edges: [0, 120, 1000]\n# merged\nmerge: {}\n',
    ],
    [
      'a setting without a value',
      'decouple:\n  updates: 5\n  ranges:\n',
      'decouple:\n  updates: 5\n  edges: [0, 120, 1000]\n',
    ],
    ['braces', 'decouple: {ranges: 2, updates: 5}\n', 'decouple: {edges: [0, 120, 1000], updates: 5}\n'],
    ['nothing', 'decouple:\n    updates: 5\n', 'decouple:\n    edges: [0, 120, 1000]\n    updates: 5\n'],
    ['nothing in braces', 'decouple: {updates: 5}\n', 'decouple: {edges: [0, 120, 1000], updates: 5}\n'],
    ['an empty section', 'decouple: {}\n', 'decouple: {edges: [0, 120, 1000]}\n'],
  ])('take the place of %s', (_, before, after) => {
    expect(edited(head + before)).toBe(head + after);
    expect(checkConfig(head + after)).toEqual([]);
  });

  it('keep the quotes of JSON', () => {
    const json = (decouple: object) => JSON.stringify({name: 'a', base: 'b', data: {kind: 'mnist'}, decouple}, null, 2);
    const flat = (text = '') => JSON.parse(text) as unknown;
    expect(flat(edited(json({ranges: 2, updates: 5})))).toEqual(flat(json({edges, updates: 5})));
    expect(flat(edited(json({updates: 5})))).toEqual(flat(json({edges, updates: 5})));
  });

  it.each([
    'decouple: *shared\n',
    'shared: &shared {ranges: 2}\ndecouple:\n  <<: *shared\n  updates: 5\n',
    'merge: {weights: [1]}\n',
    'decouple: 3\n',
    'decouple: [',
  ])('are not written where they do not stand in the section: %j', (text) => {
    expect(edited(head + text)).toBeUndefined();
  });
});
