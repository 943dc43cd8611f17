import {describe, expect, it} from 'vitest';
import {ruledWeights} from '../../../trainer/merge/ruledWeights.ts';
import {unetPart} from '../../../trainer/models/tensorPart.ts';

const names = ['conv_in.weight', 'down_blocks.0.weight', 'mid_block.weight', 'up_blocks.0.weight'];

describe('weights under rules that stand', () => {
  it('are those of the rules, else the vector, all times lambda', () => {
    const rules = [{match: 'mid', weights: [0, 4]}];
    const weightsOf = ruledWeights(names, {rules, lambda: 0.5}, unetPart);
    expect(names.map((name) => weightsOf([2, 6], name))).toEqual([
      [1, 3],
      [1, 3],
      [0, 2],
      [1, 3],
    ]);
  });

  it('are the vector itself without rules', () => {
    const vector = [0.1, 0.2];
    expect(ruledWeights(names, {}, unetPart)(vector, 'mid_block.weight')).toBe(vector);
  });

  it('are those of the search of parts, times lambda', () => {
    const byPart = (vector: readonly number[], name: string) => vector.slice(name.startsWith('up') ? 1 : 0).slice(0, 1);
    const weightsOf = ruledWeights(names, {lambda: 2}, unetPart, byPart);
    expect(names.map((name) => weightsOf([1, 3], name)[0])).toEqual([2, 2, 2, 6]);
  });

  it('refuse a rule that fits nothing', () => {
    expect(() => ruledWeights(names, {rules: [{match: 'attn*', weights: [1]}]}, unetPart)).toThrow(
      "'attn*' fits no tensor",
    );
  });
});
