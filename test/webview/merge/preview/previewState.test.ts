import {describe, expect, it} from 'vitest';
import type {PreviewCommand} from '../../../../trainer/contract/panel/preview.ts';
import {afterPreviewCommand, afterPreviewNews, noPreview} from '../../../../webview/merge/preview/previewState.ts';

describe('what the page knows of a preview', () => {
  const picture = (id: number, of: 'coarse' | 'refined' | 'base' | 'cell', cell = 0) =>
    ({kind: 'picture', id, of, cell, png: `${of}${id}`, seed: 0, images: 1, steps: 1, seconds: id}) as const;
  const engine = {name: 'wasm', version: '1', device: 'CPU', threads: 1, reason: 'WebAssembly.'} as const;
  const ready = afterPreviewNews(afterPreviewCommand(noPreview, {kind: 'start', run: 'a'}), {
    kind: 'ready',
    engine,
    parameters: 5,
    seconds: 1,
  });
  const order = (id: number): PreviewCommand => {
    return {kind: 'draw', id, setting: {weights: [id]}, seed: 0, images: 1, steps: 1};
  };

  it('is the newest order, and the setting of the picture that is shown', () => {
    let state = afterPreviewCommand(ready, order(1));
    state = afterPreviewNews(state, picture(1, 'refined'));
    state = afterPreviewCommand(state, order(2));
    expect(state.mergedSetting).toEqual({weights: [1]});
    state = afterPreviewNews(state, {kind: 'cancelled', id: 1});
    expect(state.drawing).toMatchObject({id: 2, state: 'drawing'});
    state = afterPreviewNews(state, picture(1, 'refined'));
    expect(state.merged?.id).toBe(1);
    state = afterPreviewNews(state, picture(1, 'base'));
    expect(state.base?.id).toBe(1);
    state = afterPreviewNews(state, picture(2, 'coarse'));
    expect(state).toMatchObject({mergedSetting: {weights: [2]}, coarseSeconds: 2, merged: {of: 'coarse'}});
    state = afterPreviewNews(afterPreviewNews(state, picture(2, 'refined')), picture(2, 'base'));
    expect(state).toMatchObject({coarseSeconds: 2, merged: {of: 'refined'}, base: {id: 2}});
  });

  it('is the cells of the last grid, and nothing once it has ended', () => {
    const grid: PreviewCommand = {kind: 'grid', id: 3, settings: [{weights: [1]}], seed: 0, images: 1, steps: 1};
    const state = afterPreviewNews(afterPreviewCommand(ready, grid), picture(3, 'cell', 7));
    expect([...state.cells.keys()]).toEqual([7]);
    const error = {code: 'preview-broken', message: 'gone'};
    const ended = afterPreviewNews(state, {kind: 'ended', error});
    expect(ended).toEqual({...noPreview, error});
    expect(afterPreviewNews(ended, picture(3, 'cell', 8))).toBe(ended);
  });
});
