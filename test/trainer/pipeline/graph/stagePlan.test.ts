import {describe, expect, it} from 'vitest';
import {DemeConfig} from '../../../../trainer/contract/config/config.ts';
import {distancePlan, plannedImages} from '../../../../trainer/pipeline/search/distancePlan.ts';
import {planStages} from '../../../../trainer/pipeline/graph/stagePlan.ts';

const data = {kind: 'mnist'};
const base = {name: 'plan', base: 'model', data};

/** Stage names with what they need, in the order of the plan. */
function plan(settings: object): Record<string, readonly string[]> {
  return Object.fromEntries(planStages(DemeConfig.parse({...base, ...settings})).map(({name, needs}) => [name, needs]));
}

const given = [
  {model: 'low', range: [0, 500]},
  {model: 'high', range: [500, 1000]},
];

describe('the plan of a config', () => {
  it('trains experts independently of each other', () => {
    expect(plan({decouple: {ranges: 3}})).toEqual({'expert-0': [], 'expert-1': [], 'expert-2': []});
  });

  it('begins with the ordinary finetune, which takes longest', () => {
    expect(Object.keys(plan({decouple: {ranges: 2}, ordinary: true}))).toEqual(['ordinary', 'expert-0', 'expert-1']);
  });

  it('has an expert for each pair of edges', () => {
    expect(Object.keys(plan({decouple: {edges: [0, 10, 100, 1000]}}))).toEqual(['expert-0', 'expert-1', 'expert-2']);
  });

  it('searches the weights when all experts are trained, and merges then', () => {
    expect(plan({decouple: {ranges: 2}, merge: {weights: [0.5, 0.5]}})).toMatchObject({
      search: ['expert-0', 'expert-1'],
      merge: ['search', 'expert-0', 'expert-1'],
    });
  });

  it('leaves out the experts by themselves where the config says so', () => {
    const settings = {
      decouple: {ranges: 2},
      merge: {search: {}},
      evaluate: {experts: false, shards: 2, features: 'digits'},
    };
    const names = Object.keys(plan(settings));
    expect(names.filter((name) => name.includes('evaluate') || name.includes('draw')).sort()).toEqual(
      ['base', 'ensemble', 'merged']
        .flatMap((model) => [`draw-${model}-0`, `draw-${model}-1`, `evaluate-${model}`])
        .sort(),
    );
    expect(names).toContain('expert-1');
  });

  it('evaluates each model as soon as it exists', () => {
    const settings = {decouple: {ranges: 2}, ordinary: true, merge: {search: {}}, evaluate: {features: 'digits'}};
    expect(plan(settings)).toEqual({
      ordinary: [],
      'expert-0': [],
      'expert-1': [],
      search: ['expert-0', 'expert-1'],
      merge: ['search', 'expert-0', 'expert-1'],
      reference: [],
      'evaluate-base': [],
      'evaluate-ordinary': ['ordinary'],
      'evaluate-expert-0': ['expert-0'],
      'evaluate-expert-1': ['expert-1'],
      'evaluate-ensemble': ['expert-0', 'expert-1'],
      'evaluate-merged': ['merge'],
      report: [
        'evaluate-base',
        'evaluate-ordinary',
        'evaluate-expert-0',
        'evaluate-expert-1',
        'evaluate-ensemble',
        'evaluate-merged',
        'reference',
      ],
    });
  });

  it('takes no reference features where no distance is measured', () => {
    const stages = plan({decouple: {ranges: 1}, evaluate: {features: 'none'}});
    expect(Object.keys(stages)).not.toContain('reference');
    expect(stages.report).toEqual(['evaluate-base', 'evaluate-expert-0', 'evaluate-ensemble']);
  });

  it('merges given experts without training any', () => {
    expect(plan({experts: given, merge: {weights: [1, 1]}, evaluate: {}})).toEqual({
      search: [],
      merge: ['search'],
      'evaluate-base': [],
      'evaluate-expert-0': [],
      'evaluate-expert-1': [],
      'evaluate-ensemble': [],
      'evaluate-merged': ['merge'],
      report: ['evaluate-base', 'evaluate-expert-0', 'evaluate-expert-1', 'evaluate-ensemble', 'evaluate-merged'],
    });
  });

  it('measures a base alone, without an ensemble of nothing', () => {
    expect(plan({evaluate: {}})).toEqual({'evaluate-base': [], report: ['evaluate-base']});
  });

  it('is empty where nothing is asked for', () => {
    expect(plan({})).toEqual({});
  });

  it('needs nothing that it does not contain, and contains nothing twice', () => {
    const settings = {decouple: {ranges: 4}, ordinary: true, merge: {search: {}}, evaluate: {features: 'digits'}};
    const stages = planStages(DemeConfig.parse({...base, ...settings}));
    const names = stages.map(({name}) => name);
    expect(new Set(names).size).toBe(names.length);
    stages.flatMap(({needs}) => needs).forEach((need) => expect(names).toContain(need));
  });

  it('counts passes through the network: three for an image of an update, one more where there is a teacher, one for a step of sampling', () => {
    const search = {budget: 31, images: 100, timesteps: 2};
    const evaluate = {heldOut: {images: 50, timesteps: 4}, sampling: {steps: 10}, samples: 300, features: 'digits'};
    const decouple = {ranges: 4, updates: 100, batch: 8, accumulation: 2, consistency: 1};
    const stages = planStages(DemeConfig.parse({...base, decouple, ordinary: true, merge: {search}, evaluate}));
    const effort = (stage: string) => stages.find(({name}) => name === stage)?.effort;
    expect(effort('ordinary')).toEqual({updates: 400 * 16 * 3});
    expect(effort('expert-2')).toEqual({updates: 100 * 16 * 4});
    // Eight that every search tries, ten that make a quadratic unique, and some fits; on test images the eight, what was found, and the ensemble.
    expect(effort('search')).toEqual({'merge candidates': 23 * 800, 'models checked on test images': 10 * 800});
    expect(effort('evaluate-merged')).toEqual({'held-out draws': 50 * 4 * 4, samples: 300 * 10});
    expect(effort('report')).toEqual({});
  });

  it('counts the images of a search by distance and those of a shard', () => {
    const sampling = {steps: 5, prompts: ['a'], guidance: 3};
    const evaluate = {heldOut: {images: 50, timesteps: 4}, sampling, samples: 300, shards: 3, features: 'digits'};
    const config = DemeConfig.parse({
      ...base,
      decouple: {ranges: 2},
      merge: {search: {objective: 'frechet'}},
      evaluate,
    });
    const efforts = new Map(planStages(config).map(({name, effort}) => [name, effort]));
    // With guidance each step takes two passes.
    expect(efforts.get('draw-base-1')).toEqual({samples: 100 * 5 * 2});
    expect(efforts.get('evaluate-base')).toEqual({'held-out draws': 50 * 4 * 2});
    const plan = distancePlan(config) ?? expect.fail();
    const {search, test} = plannedImages(plan);
    const draws = plan.config.images * plan.config.timesteps * 2;
    expect(Object.entries(efforts.get('search') ?? {})).toEqual([
      ['images of the search', search * 10],
      ['models checked on test images', 7 * draws],
      ['images of the test', test * 10],
    ]);
  });

  it.each([0, 1])('counts no check of a search on %i test images', (test) => {
    const effort = (search: object) => {
      const data = {...base.data, test};
      const evaluate = {features: 'digits'};
      const config = DemeConfig.parse({...base, data, decouple: {ranges: 2}, merge: {search}, evaluate});
      return planStages(config).find(({name}) => name === 'search')?.effort ?? {};
    };
    expect(Object.keys(effort({}))).toEqual(['merge candidates']);
    expect(Object.keys(effort({objective: 'frechet'}))).toEqual(['images of the search']);
  });

  it('counts the parts of a search by loss in the order in which it does them', () => {
    const sampling = {steps: 5};
    const search = {budget: 31, images: 100, timesteps: 1, groups: {budget: 20}, confirm: {best: 3, samples: 64}};
    const config = DemeConfig.parse({
      ...base,
      decouple: {ranges: 2},
      merge: {search},
      evaluate: {sampling, features: 'digits'},
    });
    const {effort = {}} = planStages(config).find(({name}) => name === 'search') ?? {};
    expect(Object.entries(effort)).toEqual([
      ['merge candidates', 12 * 200],
      ['images of the best candidates', 3 * 64 * 5],
      ['candidates of the parts', 20 * 200],
      ['models checked on test images', 8 * 200],
    ]);
  });
});
