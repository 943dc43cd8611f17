import {describe, expect, it} from 'vitest';
import type {ImageView} from '../../../trainer/contract/panel/panelViews.ts';
import {baseOf, imagesAt, imageSteps} from '../../../webview/samples/imageSteps.ts';
import {stepText} from '../../../webview/samples/samplesText.ts';

const image = (model: string, update: number | null): ImageView => ({
  model,
  update,
  title: model,
  source: `${model} ${update}`,
  time: 0,
});
/** Samples of a training before its first update. */
const before = image('expert-2', 0);
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

describe('what samples are compared with', () => {
  it('is the base as the same training drew it, else as the evaluation did', () => {
    const all = [...images, before, image('expert-2', 50), image('expert-2', null)];
    const bases = all.slice(1).map((own) => baseOf(own, all)?.source);
    expect(bases).toEqual([...Array<string>(4).fill('base null'), 'expert-2 0', 'expert-2 0', 'base null']);
    expect(baseOf(image('expert-2', null), [before])).toBeUndefined();
  });
});

describe('the slider', () => {
  it('says how far the trainings were, and does not call models finished that are not', () => {
    expect(stepText(1300, [], 20_000)).toBe('update 1,300 of 20,000');
    expect(stepText(null, [image('base', null), image('expert-0', 300)], 600)).toBe('newest of each model');
    expect(stepText(null, [image('base', null), image('expert-0', null)], 600)).toBe('finished models');
  });
});
