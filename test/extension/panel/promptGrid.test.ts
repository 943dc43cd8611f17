import {describe, expect, it} from 'vitest';
import {promptGrid, promptsOf} from '../../../extension/panel/promptGrid.ts';
import {DemeConfig} from '../../../trainer/contract/config/config.ts';

const prompts = ['a bold seven', 'a thin two', 'a wide one'];

function configOf(sections: object): DemeConfig {
  return DemeConfig.parse({name: 'a', base: 'b', data: {kind: 'mnist'}, ...sections});
}

describe('what the samples of a stage show', () => {
  it('are rows of the prompts that its own section of the config names', () => {
    const sampling = {prompts, negative: 'a blot', guidance: 3, seed: 7};
    const config = configOf({
      evaluate: {sampling, grid: 16},
      decouple: {samples: {prompts: ['another'], images: 4}},
    });
    const row = {prompts, negative: 'a blot', guidance: 3, columns: 5, seed: 7};
    for (const stage of ['evaluate-base', 'evaluate-merged', 'evaluate-expert-1'])
      expect(promptGrid(config, stage)).toEqual(row);
    const training = {prompts: ['another'], negative: '', guidance: 7.5, columns: 4, seed: 0};
    for (const stage of ['expert-0', 'ordinary']) expect(promptGrid(config, stage)).toEqual(training);
    expect(promptGrid(config, 'pretrain')).toBeUndefined();
  });

  it('are the first prompts where there are fewer images, and nothing without prompts', () => {
    const config = configOf({evaluate: {sampling: {prompts}, grid: 2}});
    expect(promptGrid(config, 'evaluate-base')).toMatchObject({prompts: prompts.slice(0, 2), columns: 1});
    expect(promptGrid(configOf({evaluate: {}}), 'evaluate-base')).toBeUndefined();
    expect(promptGrid(configOf({}), 'expert-0')).toBeUndefined();
  });
});

describe('what a preview draws at first', () => {
  it('are the prompts of the evaluation, else of the training', () => {
    const samples = {prompts: ['one'], guidance: 2};
    const evaluate = {sampling: {prompts, negative: ['a', 'b', 'c']}};
    const usual = {prompts, negative: 'a', guidance: 7.5};
    expect(promptsOf(configOf({evaluate, decouple: {samples}}))).toEqual(usual);
    expect(promptsOf(configOf({evaluate: {}, decouple: {samples}}))).toEqual({...samples, negative: ''});
    expect(promptsOf(configOf({evaluate: {}}))).toBeUndefined();
    const many = Array.from({length: 40}, (_, i) => `prompt ${i}`);
    expect(promptsOf(configOf({evaluate: {sampling: {prompts: many}}}))?.prompts).toEqual(many.slice(0, 16));
  });
});
