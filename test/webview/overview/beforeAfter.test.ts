import {expect, it} from 'vitest';
import type {ImageView} from '../../../trainer/contract/panel/panelViews.ts';
import {beforeAfter} from '../../../webview/overview/beforeAfter.ts';

const image = (model: string, update: number | null, time: number): ImageView => ({
  model,
  update,
  time,
  title: model,
  source: `${model}-${update}.png`,
});

const shown = (...images: ImageView[]) => {
  const {before, after} = beforeAfter(images);
  return [before?.source, after?.source];
};

it('compares the base with the merged model, before there is one with what was drawn last', () => {
  const trained = [
    image('expert-0', 0, 1),
    image('expert-0', 100, 5),
    image('expert-1', 0, 2),
    image('expert-1', 100, 4),
  ];
  expect(shown()).toEqual([undefined, undefined]);
  // The weights before the first update are those of the base.
  expect(shown(...trained)).toEqual(['expert-0-0.png', 'expert-0-100.png']);
  expect(shown(...trained, image('base', null, 6))).toEqual(['base-null.png', 'expert-0-100.png']);
  const merged = image('merged', null, 3);
  expect(shown(...trained, image('base', null, 6), merged)).toEqual(['base-null.png', 'merged-null.png']);
});
