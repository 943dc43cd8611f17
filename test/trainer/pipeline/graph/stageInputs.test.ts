import {describe, expect, it} from 'vitest';
import type {DemeConfig} from '../../../../trainer/contract/config/config.ts';
import type {LossWeighting} from '../../../../trainer/contract/config/lossWeighting.ts';
import {parseConfig} from '../../../../trainer/contract/config/parseConfig.ts';
import type {StageFacts} from '../../../../trainer/pipeline/graph/stageFacts.ts';
import {changedInputs, stageInputs, stageKey} from '../../../../trainer/pipeline/graph/stageInputs.ts';
import {planStages, type PlannedStage} from '../../../../trainer/pipeline/graph/stagePlan.ts';

const text = `
name: a
base: b
data: {kind: mnist}
decouple: {ranges: 2}
ordinary: true
merge: {search: {}}
evaluate: {features: digits}
`;

function facts(change: (config: DemeConfig) => void = () => undefined, changes: Partial<StageFacts> = {}): StageFacts {
  const config = parseConfig(text, 'a.deme.yaml');
  change(config);
  return {
    resolved: {folder: '/project', baseFolder: '/project/b', config},
    engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1},
    tool: 'deme-studio 1',
    base: {weights: 'b0', unet: 'u0', scheduler: 's0'},
    data: 'd0',
    evaluation: {},
    experts: [],
    ranges: [
      [0, 500],
      [500, 1000],
    ],
    ...changes,
  };
}

/** Keys of all stages, those of their needs in them. */
function keysOf(given: StageFacts): Map<string, string> {
  const keys = new Map<string, string>();
  const keyed = planStages(given.resolved.config).filter((stage) => stageInputs(stage, given, () => '') !== null);
  const waits = (need: string) => !keys.has(need) && keyed.some(({name}) => name === need);
  while (keys.size < keyed.length) {
    for (const stage of keyed.filter(({needs}) => !needs.some(waits))) {
      const inputs = stageInputs(stage, given, (need) => keys.get(need));
      if (inputs) keys.set(stage.name, stageKey(inputs));
    }
  }
  return keys;
}

const stages = planStages(facts().resolved.config).map(({name}) => name);
const evaluations = stages.filter((name) => name.startsWith('evaluate-'));
const all = stages.filter((name) => name !== 'report');
const afterMerge = ['merge', 'evaluate-merged'];
const afterExpert = (i: number) => [
  `expert-${i}`,
  `evaluate-expert-${i}`,
  'evaluate-ensemble',
  'search',
  ...afterMerge,
];

const decouple = ({decouple: section}: DemeConfig) => section ?? expect.fail();

describe('the key of a stage', () => {
  it.each<[string, string[], StageFacts]>([
    ['the engine', all, facts(undefined, {engine: {name: 'wasm', version: '5', device: 'CPU', threads: 1}})],
    ['its threads', all, facts(undefined, {engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 2}})],
    ['the program', all, facts(undefined, {tool: 'deme-studio 2'})],
    ['the base', all, facts(undefined, {base: {weights: 'b1', unet: 'u0', scheduler: 's0'}})],
    ['the images', all, facts(undefined, {data: 'd1'})],
    [
      'how experts are trained',
      all.filter((name) => name !== 'reference' && name !== 'evaluate-base'),
      facts((config) => void (decouple(config).batch = 8)),
    ],
    [
      'the consistency loss, which the ordinary finetune has not',
      [...new Set([...afterExpert(0), ...afterExpert(1)])],
      facts((config) => void (decouple(config).consistency = 0.5)),
    ],
    [
      'the precision of the trainings',
      all.filter((name) => name !== 'reference' && name !== 'evaluate-base'),
      facts((config) => void (decouple(config).precision = 'bf16')),
    ],
    [
      'the precision of the teacher, which the ordinary finetune has not',
      [...new Set([...afterExpert(0), ...afterExpert(1)])],
      facts((config) => void (decouple(config).teacherPrecision = 'bf16')),
    ],
    [
      'a precision that is named but is the usual one',
      [],
      facts((config) => void Object.assign(decouple(config), {precision: 'f32', teacherPrecision: 'f32'})),
    ],
    ['the precision of the samples', evaluations, facts(({evaluate}) => void (evaluate!.sampling.precision = 'bf16'))],
    ['the budget of the search', ['search', ...afterMerge], facts(({merge}) => void (merge!.search!.budget = 7))],
    [
      'the rules of the merge, which the search must know',
      ['search', ...afterMerge],
      facts(({merge}) => void (merge!.rules = [{match: 'mid', weights: [0, 0]}])),
    ],
    [
      'the scale of the merge, which the search must know',
      ['search', ...afterMerge],
      facts(({merge}) => void (merge!.method = {kind: 'linear', lambda: 0.5})),
    ],
    ['the number format of the merge', afterMerge, facts(({merge}) => void (merge!.dtype = 'F16'))],
    ['the samples', evaluations, facts(({evaluate}) => void (evaluate!.samples = 9))],
    [
      'the features that are kept',
      ['reference', ...evaluations],
      facts(({evaluate}) => void (evaluate!.keep = ['images'])),
    ],
    [
      'what samples are compared with',
      ['reference'],
      facts(({evaluate}) => void (evaluate!.reference = 'fid.npz'), {evaluation: {'fid.npz': 'f0'}}),
    ],
    [
      'the file of the prompts',
      evaluations,
      facts(({evaluate}) => void (evaluate!.sampling.prompts = {file: 'p.tsv'}), {evaluation: {'p.tsv': 'p0'}}),
    ],
    ['whether experts are measured too', [], facts(({evaluate}) => void (evaluate!.experts = true))],
    ['how the drawing is shared', [], facts(({evaluate}) => void (evaluate!.shards = 3))],
    [
      'the checkpoints whose weights are searched',
      ['search', ...afterMerge],
      facts(({merge}) => void (merge!.search!.checkpoints = {last: 1, budget: 5, sigma: 0.1})),
    ],
    [
      'the snapshots that experts leave, and not what the ordinary finetune is',
      [...new Set([...afterExpert(0), ...afterExpert(1)])],
      facts((config) => Object.assign(decouple(config), {snapshots: {every: 10, keep: 2}})),
    ],
    [
      'what is told and kept',
      [],
      facts((config) =>
        Object.assign(decouple(config), {logEvery: 3, bucketEvery: 7, keepCheckpoints: 9, checkpointEvery: 5}),
      ),
    ],
    [
      'where it is written',
      [],
      facts((config) => Object.assign(config, {output: 'elsewhere', report: 'there', name: 'c'})),
    ],
  ])('changes with %s, and only where that matters', (_, changed, given) => {
    const [before, now] = [keysOf(facts()), keysOf(given)];
    expect(all.filter((name) => before.get(name) !== now.get(name)).sort()).toEqual([...changed].sort());
  });

  it('of one expert depends on its own range only', () => {
    const ranges = [[0, 500] as const, [500, 900] as const, [900, 1000] as const].map(([a, b]): [number, number] => [
      a,
      b,
    ]);
    const given = facts((config) => Object.assign(decouple(config), {ranges: 3}), {ranges});
    const [before, now] = [keysOf(facts()), keysOf(given)];
    expect(now.get('expert-0')).toBe(before.get('expert-0'));
    expect(now.get('expert-1')).not.toBe(before.get('expert-1'));
  });

  it('minds where checkpoints are only where a training may go back to one', () => {
    const given = (checkpointEvery: number) =>
      keysOf(facts((config) => Object.assign(decouple(config), {checkpointEvery, retry: {times: 1, factor: 0.5}})));
    expect(given(5).get('expert-0')).not.toBe(given(6).get('expert-0'));
  });

  it('minds the loss weighting, and takes none at all for none', () => {
    const weighted = (lossWeighting?: LossWeighting) =>
      keysOf(facts(({decouple}) => void Object.assign(decouple ?? {}, {lossWeighting}))).get('expert-0');
    expect(weighted({kind: 'none'})).toBe(weighted());
    expect(new Set([weighted(), weighted({kind: 'debiased'}), weighted({kind: 'p2', k: 1, gamma: 1})]).size).toBe(3);
  });

  it('of a baseline minds what it does otherwise, not the other baselines and not what it replaces', () => {
    const given = (baselines: Record<string, unknown>, lossWeighting?: LossWeighting) => {
      const change = (config: DemeConfig) => {
        Object.assign(config, {baselines, ordinary: true});
        Object.assign(decouple(config), {lossWeighting});
      };
      return keysOf(facts(change));
    };
    const p2 = {lossWeighting: {kind: 'p2', k: 1, gamma: 1}};
    const speed = {timestepSampling: {kind: 'speed', ratio: 5, threshold: 1e-4}};
    const key = given({a: p2}).get('baseline-a');
    expect(key).toBeDefined();
    expect(given({a: p2, b: speed}, {kind: 'debiased'}).get('baseline-a')).toBe(key);
    expect(given({a: {lossWeighting: {...p2.lossWeighting, k: 2}}}).get('baseline-a')).not.toBe(key);
    expect(given({a: speed}).get('baseline-a')).not.toBe(key);
    expect(given({a: p2}).get('ordinary')).toBe(given({}).get('ordinary'));
  });

  it('minds how images are drawn in a search that compares images, and not in another', () => {
    const search = (steps: number, confirm?: {best: number; by: 'kid'; samples: number}) => {
      const change = ({merge, evaluate}: DemeConfig) => {
        Object.assign(merge?.search ?? {}, {confirm});
        Object.assign(evaluate?.sampling ?? {}, {steps});
      };
      return keysOf(facts(change)).get('search');
    };
    const confirm = {best: 2, by: 'kid', samples: 4} as const;
    expect(search(5)).toBe(search(6));
    expect(search(5, confirm)).not.toBe(search(6, confirm));
  });

  it('minds the weights of the networks that measure', () => {
    const given = (hash: string) =>
      keysOf(facts(({evaluate}) => void (evaluate!.features = ['clip']), {evaluation: {'weights of clip': hash}}));
    const [before, now] = [given('c0'), given('c1')];
    const changed = all.filter((name) => before.get(name) !== now.get(name));
    expect(changed.sort()).toEqual(['reference', ...evaluations].sort());
  });

  it('minds all that a search by distance draws by, and the ordinary finetune that it has to beat', () => {
    const search = (changes: {steps?: number; ordinary?: boolean; features?: 'digits' | 'inception'}) => {
      const {steps = 5, ordinary = false, features = 'digits'} = changes;
      return keysOf(
        facts((config) => {
          Object.assign(config.merge?.search ?? {}, {objective: 'frechet'});
          Object.assign(config.evaluate ?? {}, {features});
          Object.assign(config.evaluate?.sampling ?? {}, {steps});
          config.ordinary = ordinary;
        }),
      ).get('search');
    };
    const variants = [search({}), search({steps: 6}), search({ordinary: true}), search({features: 'inception'})];
    expect(new Set(variants).size).toBe(4);
  });

  it('names what changed', () => {
    const expert: PlannedStage = {
      stage: {kind: 'expert', index: 0},
      name: 'expert-0',
      needs: [],
      effort: {},
      seconds: 5,
    };
    const inputs = (given: StageFacts) => stageInputs(expert, given, () => undefined) ?? expect.fail();
    const changed = changedInputs(
      inputs(facts()),
      inputs(facts((config) => void (decouple(config).optimizer.learningRate = 1))),
    );
    expect(changed).toEqual(['decouple.optimizer.learningRate']);
    const without = facts((config) => void (decouple(config).ema = null));
    expect(changedInputs(inputs(facts()), inputs(without)).sort()).toEqual([
      'decouple.ema',
      'decouple.ema.maxDecay',
      'decouple.ema.power',
    ]);
  });

  it('is none for the report', () => {
    const report: PlannedStage = {stage: {kind: 'report'}, name: 'report', needs: [], effort: {}, seconds: 5};
    expect(stageInputs(report, facts(), () => undefined)).toBeNull();
  });
});
