import {describe, expect, it} from 'vitest';
import {suggestionsAt} from '../../../extension/config/completion.ts';

/** What is suggested where the text has a bar. */
function at(marked: string) {
  const before = marked.slice(0, marked.indexOf('|')).split('\n');
  return suggestionsAt(marked.replace('|', ''), before.length - 1, before.at(-1)!.length);
}

const labels = (marked: string) => at(marked).map(({label}) => label);

describe('completion', () => {
  it('offers the sections that are not there yet', () => {
    const found = labels('name: a\nbase: b\n|');
    expect(found).toEqual(expect.arrayContaining(['data', 'decouple', 'merge', 'evaluate']));
    expect(found).not.toContain('name');
  });

  it('knows the section by the indentation, also of an empty line', () => {
    expect(labels('decouple:\n  |\nmerge: {}\n')).toContain('probability');
    expect(labels('decouple:\n  optimizer:\n    |')).toEqual(['learningRate', 'betas', 'weightDecay', 'epsilon']);
    expect(labels('decouple:\n  optimizer:\n    betas: [0, 0]\n  |')).toContain('updates');
  });

  it('works within braces', () => {
    expect(labels('merge:\n  search: {strategy: grid, |}\n')).toEqual(expect.arrayContaining(['budget', 'step']));
    expect(labels('merge:\n  search: {strategy: |}\n')).toEqual(['quadratic', 'cma-es', 'coordinate', 'grid']);
  });

  it('offers the values of a setting', () => {
    expect(labels('decouple:\n  projection: |')).toEqual(['full', 'stock-compatible', 'off']);
    expect(labels('decouple:\n  dropout: |')).toEqual(['true', 'false']);
    expect(labels('decouple:\n  probability: |')).toEqual(['0.3']);
    expect(labels('data:\n  kind: |')).toEqual(['mnist', 'cifar10', 'images', 'parquet', 'webdataset']);
  });

  it('takes the kind of the data into account', () => {
    expect(labels('data:\n  kind: cifar10\n  |')).not.toContain('resolution');
    expect(labels('data:\n  kind: images\n  |')).toContain('resolution');
  });

  it('replaces the word that is typed, and keeps what follows', () => {
    const [first] = at('decouple:\n  proj|: full\n').filter(({label}) => label === 'projection');
    expect(first).toMatchObject({insert: 'projection', from: 2, to: 6});
    const ranges = at('decouple:\n  ra|').find(({label}) => label === 'ranges');
    expect(ranges).toMatchObject({insert: 'ranges: ', from: 2, to: 4, detail: 'a whole number of at least 1'});
  });

  it('opens a section on a line of its own', () => {
    expect(at('decouple:\n  |').find(({label}) => label === 'optimizer')?.insert).toBe('optimizer:\n    ');
    expect(at('decouple: {|}').find(({label}) => label === 'optimizer')?.insert).toBe('optimizer: ');
  });

  it('says what a setting is for', () => {
    const {documentation} = at('decouple:\n  |').find(({label}) => label === 'probability')!;
    expect(documentation).toBe('Probability of a draw from all timesteps instead of the own range.\n\nDefault: `0.3`.');
  });

  it('works in a list of experts', () => {
    expect(labels('experts:\n  - model: a\n    |')).toEqual(['range']);
    expect(labels('experts:\n  - |')).toEqual(['model', 'range']);
  });

  it('offers the prompts of the other lists, then examples, as entries of a list', () => {
    const config = (entry: string) =>
      `decouple:\n  samples:\n    prompts: [a red fox, "a: b"]\nevaluate:\n  sampling:\n    prompts:\n      - a red fox\n${entry}`;
    const found = at(config('      - |'));
    expect(found.map(({insert}) => insert)).toEqual([
      '"a: b"',
      'a photo of an astronaut riding a horse on mars',
      'a bold seven, tilted left',
    ]);
    expect(found[0]).toMatchObject({label: 'a: b', isKey: false, detail: 'prompts', from: 8, to: 8});
    expect(found[0]?.documentation).toContain('What models with a text encoder draw');
    expect(at(config('      - bo|ld')).at(-1)).toMatchObject({from: 8, to: 12});
    const inFlow = at('evaluate:\n  sampling: {prompts: [x, |]}\n');
    expect(inFlow.at(-1)).toMatchObject({insert: '"a bold seven, tilted left"'});
  });

  it('offers nothing within text, and never fails', () => {
    expect(labels('name: my exp|')).toEqual([]);
    expect(labels('name: a\ndecouple: [|')).toEqual([]);
    expect(labels('&a: *b\n{{{|')).toEqual([]);
    expect(labels('|')).toContain('name');
  });
});
