import {describe, expect, it} from 'vitest';
import {sameAsBase, type MergeSetting} from '../../../../../trainer/contract/config/merge/mergeSetting.ts';

const zero = 'All weights are zero: this is the base.';

describe('a merge that is its base', () => {
  it.each<[MergeSetting, string | null]>([
    [{weights: [0, 0]}, zero],
    [{weights: [0, -0], method: {kind: 'ties', density: 0.2, lambda: 1, mean: true}}, zero],
    [{weights: [0], method: {kind: 'slerp'}}, zero],
    [{weights: [0, 0], rules: [{match: 'up', weights: [0, [0, 0]]}]}, zero],
    [{weights: [1, 0], rules: [{match: '*', weights: [0, 0]}]}, zero],
    [{weights: [1], method: {kind: 'linear', lambda: 0}}, 'Lambda is zero: this is the base.'],
    [{weights: [0, 1e-9]}, null],
    [{weights: [0, 0], rules: [{match: 'up', weights: [0, [0, 0.1]]}]}, null],
    [{weights: [1, 0], rules: [{match: 'up.*', weights: [0, 0]}]}, null],
    [{weights: [0, 0], method: {kind: 'model-stock'}}, null],
  ])('%j: %s', (setting, text) => {
    expect(sameAsBase(setting)).toBe(text);
  });
});
