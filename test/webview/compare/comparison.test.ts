import {describe, expect, it} from 'vitest';
import type {RunView} from '../../../trainer/contract/panel/panelViews.ts';
import type {Report} from '../../../trainer/contract/run/report.ts';
import {recipeFingerprint, runColours, settingDifferences, withCompared} from '../../../webview/compare/comparison.ts';

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

describe('the compared runs', () => {
  const paths = Array.from({length: 10}, (_, i) => `run-${i}`);
  const page = {compared: paths, comparedColours: {}};

  it('are ten at most', () => {
    const runs = [...paths, 'another'].map((path) => ({path}));
    expect(withCompared(page, 'another', true, runs)).toBeNull();
    expect(withCompared(page, 'run-3', false, runs)?.compared).toEqual(paths.filter((path) => path !== 'run-3'));
  });

  it('make room where some of them were deleted', () => {
    const runs = ['run-1', 'another'].map((path) => ({path}));
    expect(withCompared(page, 'another', true, runs)?.compared).toEqual(['run-1', 'another']);
  });
});

describe('the colours of compared runs', () => {
  it('stay while others come and go, and are given away again', () => {
    const runs = ['a', 'b', 'c', 'd', 'e'].map((path) => ({path}));
    const choose = (page: Parameters<typeof withCompared>[0], path: string, isChosen: boolean) => {
      const next = withCompared(page, path, isChosen, runs)!;
      expect(new Set(runColours(next).values()).size).toBe(next.compared.length);
      return next;
    };
    let page = choose({compared: [], comparedColours: {}}, 'a', true);
    for (const path of ['b', 'c']) page = choose(page, path, true);
    expect([...runColours(page)]).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
    page = choose(page, 'a', false);
    expect([...runColours(page)]).toEqual([
      ['b', 1],
      ['c', 2],
    ]);
    page = choose(page, 'd', true);
    expect(runColours(page).get('d')).toBe(0);
    page = choose(choose(page, 'c', false), 'e', true);
    expect([runColours(page).get('b'), runColours(page).get('e')]).toEqual([1, 2]);
  });

  it('differ also where an earlier version kept none', () => {
    expect([...runColours({compared: ['a', 'b'], comparedColours: {}}).values()]).toEqual([0, 1]);
    expect([...runColours({compared: ['a', 'b'], comparedColours: {b: 0}}).values()].sort()).toEqual([0, 1]);
  });
});
