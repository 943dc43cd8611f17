import {describe, expect, it} from 'vitest';
import {modelName, parseModel, type RunModel} from '../../../../trainer/contract/run/runModel.ts';
import {modelMadeBy, parseStage, StageName, stageName, type Stage} from '../../../../trainer/contract/run/stage.ts';

const models: readonly (readonly [RunModel, string])[] = [
  [{kind: 'base'}, 'base'],
  [{kind: 'ordinary'}, 'ordinary'],
  [{kind: 'expert', index: 0}, 'expert-0'],
  [{kind: 'expert', index: 12}, 'expert-12'],
  [{kind: 'baseline', name: 'p2'}, 'baseline-p2'],
  [{kind: 'baseline', name: 'min-snr-5'}, 'baseline-min-snr-5'],
  [{kind: 'ensemble'}, 'ensemble'],
  [{kind: 'merged'}, 'merged'],
  [{kind: 'merged', copy: 3}, 'merged-3'],
];

const stages: readonly (readonly [Stage, string])[] = [
  [{kind: 'pretrain'}, 'pretrain'],
  [{kind: 'ordinary'}, 'ordinary'],
  [{kind: 'expert', index: 0}, 'expert-0'],
  [{kind: 'expert', index: 31}, 'expert-31'],
  [{kind: 'baseline', name: 'snr1'}, 'baseline-snr1'],
  [{kind: 'search'}, 'search'],
  [{kind: 'merge'}, 'merge'],
  [{kind: 'reference'}, 'reference'],
  ...models.map(([model, name]) => [{kind: 'evaluate', model}, `evaluate-${name}`] as const),
  [{kind: 'draw', model: {kind: 'merged'}, shard: 3}, 'draw-merged-3'],
  [{kind: 'draw', model: {kind: 'expert', index: 2}, shard: 0}, 'draw-expert-2-0'],
  [{kind: 'draw', model: {kind: 'baseline', name: 'min-snr-5'}, shard: 2}, 'draw-baseline-min-snr-5-2'],
  [{kind: 'report'}, 'report'],
];

describe('the name of a model', () => {
  it.each(models)('of %j is %s, and stands for it', (model, name) => {
    expect(modelName(model)).toBe(name);
    expect(parseModel(name)).toEqual(model);
  });

  it.each([
    '',
    'expert',
    'expert-',
    'expert-01',
    'expert--1',
    'expert-1.5',
    'expert-1e2',
    'expert-1-2',
    'Expert-1',
    'base-0',
    'reference',
    'baseline',
    'baseline-',
    'baseline-P2',
    'baseline-../p2',
    'baseline-p2-',
    'baseline-' + 'p'.repeat(25),
  ])('is not %j', (name) => expect(parseModel(name)).toBeNull());
});

describe('the name of a stage', () => {
  it.each(stages)('of %j is %s, and stands for it', (stage, name) => {
    expect(stageName(stage)).toBe(name);
    expect(parseStage(name)).toEqual(stage);
    expect(StageName.parse(name)).toBe(name);
  });

  it.each([
    '',
    'run',
    'toString',
    'expert',
    'expert-x',
    'expert-1 ',
    'search-1',
    'evaluate',
    'evaluate-',
    'evaluate-reference',
    'draw',
    'draw-merged',
    'draw-expert-1',
    'draw-merged-x',
    'plane',
  ])('is not %j', (name) => expect(parseStage(name)).toBeNull());
});

describe('the model that a stage makes', () => {
  it.each([
    ['pretrain', 'base'],
    ['ordinary', 'ordinary'],
    ['expert-2', 'expert-2'],
    ['merge', 'merged'],
    ['search', null],
    ['reference', null],
    ['evaluate-merged', null],
    ['report', null],
  ])('of %s is %s', (name, model) => {
    const stage = parseStage(name) ?? expect.fail();
    const made = modelMadeBy(stage);
    expect(made && modelName(made)).toBe(model);
  });
});
