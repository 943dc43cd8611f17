import {describe, expect, it} from 'vitest';
import {DemeConfig} from '../../../../trainer/contract/config/config.ts';
import {differentSections} from '../../../../trainer/pipeline/graph/configDifference.ts';

const config = (changes: object) =>
  DemeConfig.parse({name: 'x', base: 'b', experts: [{model: 'e'}], merge: {weights: [1]}, ...changes});

describe('the difference of two configs', () => {
  it('is none for the same settings, written out or left to their defaults', () => {
    expect(differentSections(config({}), config({ordinary: false, merge: {dtype: 'F32', weights: [1]}}))).toEqual([]);
  });

  it('names the sections that change what is computed', () => {
    const other = config({base: 'c', merge: {weights: [0.5]}, data: {kind: 'mnist'}});
    expect(differentSections(config({}), other).toSorted()).toEqual(['base', 'data', 'merge']);
  });

  it('leaves out where it is computed', () => {
    expect(differentSections(config({}), config({engine: {name: 'wasm'}, output: 'runs', report: 'r'}))).toEqual([]);
  });
});
