import {describe, expect, it} from 'vitest';
import type {ImageView} from '../../../trainer/contract/panel/panelViews.ts';
import {imagesAt, imageSteps} from '../../../webview/samples/imageSteps.ts';

const image = (model: string, update: number | null): ImageView => ({
  model,
  update,
  source: `${model} ${update}`,
  time: 0,
});
const images = [
  image('base', null),
  image('expert-0', 100),
  image('expert-0', 300),
  image('expert-0', null),
  image('expert-1', 200),
];

describe('samples by checkpoint', () => {
  it('have the steps of all models', () => {
    expect(imageSteps(images)).toEqual([100, 200, 300]);
  });

  it.each([
    [100, ['base null', 'expert-0 100']],
    [200, ['base null', 'expert-0 100', 'expert-1 200']],
    [300, ['base null', 'expert-0 300', 'expert-1 200']],
    [null, ['base null', 'expert-0 null', 'expert-1 200']],
  ])('show at %s the newest of each model up to it', (step, sources) => {
    expect(imagesAt(images, step).map(({source}) => source)).toEqual(sources);
  });
});
