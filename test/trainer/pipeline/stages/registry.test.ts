import {describe, expect, it} from 'vitest';
import {parseConfig} from '../../../../trainer/contract/config/parseConfig.ts';
import {parseStage, stageName} from '../../../../trainer/contract/run/stage.ts';
import {settledStages} from '../../../../trainer/pipeline/graph/finishedStages.ts';
import {optionalPaths, outputPaths} from '../../../../trainer/pipeline/graph/stageOutputs.ts';
import {planStages} from '../../../../trainer/pipeline/graph/stagePlan.ts';
import {definitionOf, selectedStages} from '../../../../trainer/pipeline/stages/registry.ts';

const config = parseConfig(
  'name: a\nbase: b\ndata: {kind: mnist}\ndecouple: {ranges: 2}\nordinary: true\nmerge: {search: {}}\nevaluate: {features: digits}\n',
  'a.deme.yaml',
);
const stage = (name: string) => parseStage(name) ?? expect.fail(name);

describe('the stages that a user asks for', () => {
  it.each([
    ['pretrain', ['pretrain']],
    ['finetune', ['expert-0', 'expert-1']],
    ['search', ['search']],
    ['merge', ['search', 'merge']],
    [
      'evaluate',
      [
        'reference',
        'evaluate-base',
        'evaluate-ordinary',
        'evaluate-expert-0',
        'evaluate-expert-1',
        'evaluate-ensemble',
        'evaluate-merged',
        'report',
      ],
    ],
  ] as const)('by %s are %j', (selection, names) => {
    expect(selectedStages(config, selection).map((each) => stageName(each))).toEqual(names);
  });

  it('are all in the pipeline but the pretraining', () => {
    const parts = (['finetune', 'merge', 'evaluate'] as const).flatMap((part) => selectedStages(config, part));
    const names = parts.map((part) => stageName(part));
    expect(selectedStages(config, 'pipeline').map((each) => stageName(each))).toEqual(['ordinary', ...names]);
  });
});

describe('the drawing of images', () => {
  const shared = parseConfig(
    'name: a\nbase: b\ndata: {kind: mnist}\nevaluate: {features: [digits, clip], shards: 2}\n',
    'a.deme.yaml',
  );

  it('is a stage for each shard of each model, which its evaluation needs', () => {
    const plan = planStages(shared);
    expect(plan.map(({name}) => name)).toEqual(['reference', 'draw-base-0', 'draw-base-1', 'evaluate-base', 'report']);
    expect(plan.find(({name}) => name === 'evaluate-base')?.needs).toEqual(['draw-base-0', 'draw-base-1']);
  });

  it('is settled with the evaluation', () => {
    const plan = planStages(shared);
    expect([...settledStages(plan, [])]).toEqual([]);
    expect([...settledStages(plan, ['draw-base-1'])]).toEqual(['draw-base-1']);
    expect([...settledStages(plan, ['evaluate-base'])]).toEqual(['evaluate-base', 'draw-base-0', 'draw-base-1']);
  });
});

describe('a kind of stages', () => {
  it.each([
    ['pretrain', ['models/base']],
    ['ordinary', ['models/ordinary']],
    ['expert-1', ['models/expert-1']],
    ['search', ['search.json']],
    ['merge', ['models/merged']],
    ['reference', ['evaluations/reference']],
    ['evaluate-expert-0', ['evaluations/expert-0']],
    ['draw-base-1', []],
    ['report', []],
  ])('leaves the result of %s in %j', (name, paths) => {
    expect(outputPaths(stage(name))).toEqual(paths);
  });

  it('leaves snapshots too where it trains an expert', () => {
    expect(optionalPaths(stage('expert-1'))).toEqual(['snapshots/expert-1']);
    expect(optionalPaths(stage('ordinary'))).toEqual([]);
  });

  it('trains a network where it makes one from images', () => {
    const names = ['pretrain', 'ordinary', 'expert-0', 'search', 'merge', 'reference', 'evaluate-base', 'report'];
    expect(names.filter((name) => definitionOf(stage(name)).training !== null)).toEqual([
      'pretrain',
      'ordinary',
      'expert-0',
    ]);
  });

  it('needs an engine, but for the report', () => {
    expect(definitionOf(stage('merge')).needsEngine).toBe(true);
    expect(definitionOf(stage('report')).needsEngine).toBe(false);
  });
});
