import {describe, expect, it} from 'vitest';
import {parseConfig} from '../../../../trainer/contract/config/parseConfig.ts';
import {planStages} from '../../../../trainer/pipeline/graph/stagePlan.ts';
import {matrixGroups, runGroups, type JobGroup} from '../../../../trainer/pipeline/launch/jobGroups.ts';
import {shareStages} from '../../../../trainer/pipeline/launch/sharedStages.ts';

function configOf(changes: Record<string, unknown> = {}) {
  const config = {
    name: 'a',
    base: 'base',
    data: {kind: 'images', path: 'images', resolution: 8},
    decouple: {ranges: 3, updates: 1, batch: 1},
    ordinary: true,
    merge: {search: {}},
    evaluate: {features: 'digits', shards: 2},
    ...changes,
  };
  return parseConfig(JSON.stringify(config), 'a.deme.yaml');
}

const shown = ({name, tasks, needs}: JobGroup) => ({
  name,
  tasks: tasks.map(({stages}) => stages.map((stage) => stage.name).join(' ')),
  needs: needs.map(
    ({group, task, mustSucceed}) => `${mustSucceed ? '' : 'any '}${group}${task === null ? '' : `_${task}`}`,
  ),
});

describe('the jobs of a run', () => {
  it('are arrays of what waits for the same, each after what it needs and no more', () => {
    const groups = runGroups({run: '/r', stages: planStages(configOf())}, {pack: 1}).map(shown);
    expect(groups.slice(0, 5)).toEqual([
      {name: 'train', tasks: ['ordinary', 'expert-0', 'expert-1', 'expert-2'], needs: []},
      {name: 'search', tasks: ['search'], needs: ['train_1', 'train_2', 'train_3']},
      {name: 'merge', tasks: ['merge'], needs: ['search', 'train_1', 'train_2', 'train_3']},
      {name: 'sample-base', tasks: ['draw-base-0', 'draw-base-1'], needs: []},
      {name: 'sample-ordinary', tasks: ['draw-ordinary-0', 'draw-ordinary-1'], needs: ['train_0']},
    ]);
    const named = new Map(groups.map((group) => [group.name, group]));
    expect(named.get('evaluate-expert-1')?.needs).toEqual(['train_2', 'sample-expert-1']);
    expect(named.get('evaluate-base')?.needs).toEqual(['sample-base']);
    expect(named.get('report')?.needs).toEqual(
      ['base', 'ordinary', 'expert-0', 'expert-1', 'expert-2', 'ensemble', 'merged', 'reference'].map((model) =>
        model === 'reference' ? 'any reference' : `any evaluate-${model}`,
      ),
    );
  });

  it('pack trainings, and leave out what is done', () => {
    const left = planStages(configOf({evaluate: undefined})).filter(({name}) => name !== 'expert-0');
    expect(runGroups({run: '/r', stages: left}, {pack: 2}).map(shown)).toEqual([
      {name: 'train', tasks: ['ordinary expert-1', 'expert-2'], needs: []},
      {name: 'search', tasks: ['search'], needs: ['train']},
      {name: 'merge', tasks: ['merge'], needs: ['search', 'train']},
    ]);
  });

  it('are cut where Slurm takes no longer arrays', () => {
    const stages = planStages(
      configOf({ordinary: false, merge: undefined, evaluate: {features: 'digits', shards: 1000, experts: false}}),
    );
    const groups = runGroups({run: '/r', stages}, {pack: 1}).map(shown);
    expect(Math.max(...groups.map(({tasks}) => tasks.length))).toBe(1000);
    const many = Array.from({length: 2500}, (_, i) => ({
      run: `/${i}`,
      stages: stages.filter(({name}) => name === 'expert-0'),
    }));
    expect(matrixGroups(many, {pack: 1}).map(({name, tasks}) => [name, tasks.length])).toEqual([
      ['train', 1000],
      ['train-part-2', 1000],
      ['train-part-3', 500],
    ]);
  });
});

describe('the jobs of a matrix', () => {
  const cell = (run: string, changes: Record<string, unknown>, finished: string[] = []) => {
    const config = configOf(changes);
    return {
      run,
      resolved: {folder: '/', baseFolder: '/base', config},
      stages: planStages(config),
      finished: new Set(finished),
    };
  };

  it('are an array for each kind, with each stage that several runs share once', () => {
    const plain = {evaluate: {}};
    const cells = [
      cell('/0', plain),
      cell('/1', {...plain, merge: {search: {seed: 1}}}),
      cell('/2', {...plain, decouple: {ranges: 3, updates: 2, batch: 1}}),
    ];
    const shared = shareStages(cells);
    expect(Object.keys(shared[1]?.shared ?? {}).sort()).toEqual(
      [
        'ordinary',
        'expert-0',
        'expert-1',
        'expert-2',
        'evaluate-base',
        'evaluate-ordinary',
        'evaluate-expert-0',
        'evaluate-expert-1',
        'evaluate-expert-2',
        'evaluate-ensemble',
      ].sort(),
    );
    expect(shared[2]?.shared).toEqual({'evaluate-base': '/0'});
    const groups = matrixGroups(shared, {pack: 1});
    expect(groups.map(({name, tasks}) => [name, tasks.length])).toEqual([
      ['train', 8],
      ['search', 3],
      ['merge', 3],
      ['evaluate', 7 + 1 + 6],
      ['report', 3],
    ]);
    expect(groups.at(-1)?.needs.map(({group, mustSucceed}) => [group, mustSucceed])).toEqual(
      ['train', 'search', 'merge', 'evaluate'].map((group) => [group, false]),
    );
  });

  it('train experts again that start from other weights', () => {
    const from = (start: (string | null)[]) => ({decouple: {ranges: 2, updates: 1, batch: 1, start}});
    const [, second] = shareStages([cell('/0', from(['a', 'b'])), cell('/1', from(['c', 'b']))]);
    const trained = second?.stages.map(({name}) => name).filter((name) => /^(expert|ordinary)/.test(name));
    expect(trained).toEqual(['expert-0']);
  });

  it('take over from a run that has done it already', () => {
    const [first, second] = shareStages([cell('/0', {}), cell('/1', {}, ['expert-0'])]);
    expect(first?.shared).toMatchObject({'expert-0': '/1'});
    expect(first?.stages.map(({name}) => name)).not.toContain('expert-0');
    expect(second?.shared).toMatchObject({'expert-1': '/0'});
    expect(second?.stages.map(({name}) => name)).toEqual(['report']);
  });
});
