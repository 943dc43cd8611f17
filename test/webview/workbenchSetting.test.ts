import {describe, expect, it} from 'vitest';
import type {PreviewCommand} from '../../trainer/contract/panel/preview.ts';
import {axisValues, gridAxes} from '../../webview/merge/preview/gridAxis.ts';
import {gridSvg} from '../../webview/merge/preview/gridSvg.ts';
import {hearPreview, noPreview, orderPreview} from '../../webview/merge/preview/previewState.ts';
import {SettingHistory} from '../../webview/merge/workbench/settingHistory.ts';
import {
  mergeSetting,
  partWeight,
  plainSetting,
  withPartWeight,
  withWeight,
  workbenchSetting,
} from '../../webview/merge/workbench/workbenchSetting.ts';

describe('the setting of the merge workbench', () => {
  it('is plain weights as long as nothing else is touched', () => {
    expect(mergeSetting(plainSetting([0.1, -0.2]))).toEqual({weights: [0.1, -0.2]});
  });

  it('gives a part weights of its own, which other experts share with the whole', () => {
    const own = withPartWeight(plainSetting([0.1, 0.2]), 'up', 1, 0.9);
    expect(mergeSetting(own)).toEqual({weights: [0.1, 0.2], rules: [{match: 'up', weights: [0.1, 0.9]}]});
    const moved = withWeight(withWeight(own, 0, 0.5), 1, 0.6);
    expect(mergeSetting(moved)?.rules).toEqual([{match: 'up', weights: [0.5, 0.9]}]);
    expect([partWeight(moved, 'down', 1), partWeight(moved, 'up', 1)]).toEqual([0.6, 0.9]);
    expect(mergeSetting(withPartWeight(moved, 'up', 1, undefined))).toEqual({weights: [0.5, 0.6]});
  });

  it('comes back from what it asked for', () => {
    const ruled = withPartWeight(withPartWeight(plainSetting([0.1, 0.2]), 'up', 1, 0.9), 'mid', 0, -1);
    const setting = {...ruled, method: 'ties' as const, lambda: 1.5, density: 0.25};
    const asked = mergeSetting(setting);
    expect(asked && workbenchSetting(asked)).toEqual(setting);
    expect(workbenchSetting({weights: [1], method: {kind: 'model-stock'}})).toEqual(plainSetting([1]));
  });

  it('takes lambda and density of the method, and no values that it does not take', () => {
    const scaled = {...plainSetting([1]), lambda: 1.2};
    expect(mergeSetting(scaled)?.method).toEqual({kind: 'linear', lambda: 1.2});
    const ties = {...scaled, method: 'ties' as const, density: 0.3};
    expect(mergeSetting(ties)?.method).toEqual({kind: 'ties', density: 0.3, lambda: 1.2, mean: true});
    for (const density of [0, 1.1, null]) expect(mergeSetting({...ties, density})).toBeNull();
    expect(mergeSetting({...scaled, lambda: null})).toBeNull();
    expect(mergeSetting(withWeight(scaled, 0, null))).toBeNull();
    expect(mergeSetting(withPartWeight(scaled, 'mid', 0, null))).toBeNull();
  });
});

describe('the history of settings', () => {
  it('goes back and forth, and forgets what was undone when something new is made', () => {
    const history = new SettingHistory('a');
    history.push('b', 'x', 0);
    history.push('c', 'x', 5000);
    history.undo();
    expect([history.current, history.canUndo, history.canRedo]).toEqual(['b', true, true]);
    history.redo();
    history.redo();
    expect(history.current).toBe('c');
    history.undo();
    history.push('d', 'y', 9000);
    expect([history.current, history.canRedo]).toEqual(['d', false]);
    history.undo();
    history.undo();
    history.undo();
    expect([history.current, history.canUndo]).toEqual(['a', false]);
  });

  it('takes the way of one slider as one step, never over an undo', () => {
    const history = new SettingHistory(0);
    for (let i = 1; i <= 50; i++) history.push(i, 'slider', i * 20);
    history.push(100, 'other', 1001);
    history.undo();
    expect(history.current).toBe(50);
    history.undo();
    expect(history.current).toBe(0);
    history.push(7, 'slider', 1010);
    history.push(8, 'slider', 1020);
    history.undo();
    expect(history.current).toBe(0);
  });

  it('keeps no more than a few hundred steps', () => {
    const history = new SettingHistory(0);
    for (let i = 1; i <= 1000; i++) history.push(i, String(i), 0);
    let steps = 0;
    for (; history.canUndo; steps++) history.undo();
    expect(steps).toBeGreaterThan(100);
    expect(steps).toBeLessThan(300);
  });
});

describe('the axes of a grid', () => {
  it('run through weights, parts and lambda, and through density where there is one', () => {
    const setting = plainSetting([0.1, 0.2]);
    const names = gridAxes(setting).map(({name}) => name);
    expect(names).toContain('expert 1 in mid blocks');
    expect(names).not.toContain('density');
    expect(gridAxes({...setting, method: 'dare'}).map(({name}) => name)).toContain('density');
    const changed = gridAxes(setting).map((axis) => JSON.stringify(axis.set(setting, 0.77)));
    expect(new Set(changed).size).toBe(names.length);
    expect(changed.every((text) => text.includes('0.77'))).toBe(true);
  });

  it('have both ends and no digits of rounding', () => {
    expect(axisValues(0, 1, 4)).toEqual([0, 0.333333, 0.666667, 1]);
    expect(axisValues(-0.2, 0.4, 3)).toEqual([-0.2, 0.1, 0.4]);
  });

  it('stand at the saved picture', () => {
    const across = {name: 'lambda', values: [0.5, 1]};
    const svg = gridSvg({across, down: {name: 'a < b', values: [3]}, sources: ['data:1', 'data:2'], note: 'seed 0'});
    expect(svg.match(/<image /g)).toHaveLength(2);
    for (const text of ['across: lambda', 'a   b', '>0.5<', '>3<', 'seed 0']) expect(svg).toContain(text);
  });
});

describe('what the page knows of a preview', () => {
  const picture = (id: number, of: 'coarse' | 'refined' | 'base' | 'cell', cell = 0) =>
    ({kind: 'picture', id, of, cell, png: `${of}${id}`, seed: 0, images: 1, steps: 1, seconds: id}) as const;
  const engine = {name: 'wasm', version: '1', device: 'CPU', threads: 1, reason: 'WebAssembly.'} as const;
  const ready = hearPreview(orderPreview(noPreview, {kind: 'start', run: 'a'}), {
    kind: 'ready',
    engine,
    parameters: 5,
    seconds: 1,
  });
  const order = (id: number): PreviewCommand => {
    return {kind: 'draw', id, setting: {weights: [id]}, seed: 0, images: 1, steps: 1};
  };

  it('is the newest order, and the setting of the picture that is shown', () => {
    let state = orderPreview(ready, order(1));
    state = hearPreview(state, picture(1, 'refined'));
    state = orderPreview(state, order(2));
    expect(state.mergedSetting).toEqual({weights: [1]});
    state = hearPreview(state, {kind: 'cancelled', id: 1});
    expect(state.drawing).toMatchObject({id: 2, state: 'drawing'});
    state = hearPreview(state, picture(1, 'refined'));
    expect(state.merged?.id).toBe(1);
    state = hearPreview(state, picture(1, 'base'));
    expect(state.base?.id).toBe(1);
    state = hearPreview(state, picture(2, 'coarse'));
    expect(state).toMatchObject({mergedSetting: {weights: [2]}, coarseSeconds: 2, merged: {of: 'coarse'}});
    state = hearPreview(hearPreview(state, picture(2, 'refined')), picture(2, 'base'));
    expect(state).toMatchObject({coarseSeconds: 2, merged: {of: 'refined'}, base: {id: 2}});
  });

  it('is the cells of the last grid, and nothing once it has ended', () => {
    const grid: PreviewCommand = {kind: 'grid', id: 3, settings: [{weights: [1]}], seed: 0, images: 1, steps: 1};
    const state = hearPreview(orderPreview(ready, grid), picture(3, 'cell', 7));
    expect([...state.cells.keys()]).toEqual([7]);
    const error = {code: 'preview-broken', message: 'gone'};
    const ended = hearPreview(state, {kind: 'ended', error});
    expect(ended).toEqual({...noPreview, error});
    expect(hearPreview(ended, picture(3, 'cell', 8))).toBe(ended);
  });
});
