import {describe, expect, it} from 'vitest';
import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import type {Report} from '../../trainer/contract/run/report.ts';
import {recipeFingerprint, settingDifferences} from '../../webview/compare/comparison.ts';

const runOf = (settings: Record<string, string>) => ({settings}) as unknown as RunView;
const reportOf = (recipe: Report['recipe']) => ({recipe}) as unknown as Report;

describe('a comparison', () => {
  it('names what differs, also what a run does not have', () => {
    const runs = [runOf({a: '1', b: '2'}), runOf({a: '1', b: '3'}), runOf({a: '1', b: '3', c: 'x'})];
    expect(settingDifferences(runs)).toEqual([
      {name: 'b', values: ['2', '3', '3']},
      {name: 'c', values: [undefined, undefined, 'x']},
    ]);
  });

  it('lets numbers stand side by side whose measuring was the same, whatever was measured', () => {
    const heldOut = {images: 256, seed: 1};
    const first = recipeFingerprint(reportOf({heldOut, decouple: {updates: 10}}));
    expect(recipeFingerprint(reportOf({decouple: {updates: 20}, heldOut: {seed: 1, images: 256}}))).toBe(first);
    expect(recipeFingerprint(reportOf({heldOut: {...heldOut, seed: 2}}))).not.toBe(first);
  });
});
