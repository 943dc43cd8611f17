import {describe, expect, it} from 'vitest';
import {lensesOf, type ConfigWork} from '../../../extension/config/lenses.ts';
import {studyFixture} from '../../helpers/measurements/studyFixture.ts';
import {knownProgress, knownReport, knownRun, knownState, stepEvent} from '../../helpers/runs/knownRun.ts';

const text = `# an experiment
name: digits
base: base
data: {kind: mnist}
decouple:
  ranges: 4
merge:
  search: {}
evaluate:
  sampling: {steps: 5}
`;

const idle: ConfigWork = {run: null, jobs: [], studies: [], timesteps: 1000, canRun: true};

/** Each lens as `line: title`, with its command where a test wants it. */
function titles(source: string, work: Partial<ConfigWork> = {}): string[] {
  return lensesOf(source, {...idle, ...work}).map(({line, title}) => `${line}: ${title}`);
}

describe('the lenses of a config', () => {
  it('stand above the lines that they are about', () => {
    expect(titles(text)).toEqual([
      '2: $(play) Run pipeline',
      '2: $(graph) Open panel',
      '5: $(play) Finetune all ranges',
      '6: $(lightbulb) Propose ranges',
      '6: Finetune expert 0, t 0 to 249',
      '6: Finetune expert 1, t 250 to 499',
      '6: Finetune expert 2, t 500 to 749',
      '6: Finetune expert 3, t 750 to 999',
      '7: $(git-merge) Merge',
      '8: $(search) Search weights',
      '9: $(beaker) Evaluate',
      '10: $(device-camera) Sample',
    ]);
  });

  it('offer the benchmark whose config this is', () => {
    const benchmark = (name: string, work: Partial<ConfigWork> = {}) =>
      lensesOf(text.replace('name: digits', `name: ${name}`), {...idle, ...work})
        .filter(({command}) => command === 'deme.runBenchmark')
        .map(({line, title, rest}) => [line, title, ...rest]);
    const offered = (name: string) => [[2, '$(checklist) Run benchmark...', name]];
    expect(benchmark('cifar10')).toEqual(offered('cifar10'));
    expect(benchmark('sd-coco30k-scale-0.01')).toEqual(offered('sd-coco30k'));
    expect(benchmark('lsun-church', {canRun: false})).toEqual([]);
    expect(['digits', 'cifar10-mine', '3', '[]'].flatMap((name) => benchmark(name))).toEqual([]);
  });

  it('offer both places for a config that says where it runs, that of the config first', () => {
    const places = (launch: string) =>
      lensesOf(`${text}launch: ${launch}\n`, idle)
        .filter(({command}) => command.startsWith('deme.run'))
        .map(({title, command}) => `${title} ${command}`);
    expect(places('{kind: slurm}')).toEqual([
      '$(play) Run pipeline on Slurm deme.runPipeline',
      '$(device-desktop) Run here deme.runHere',
    ]);
    expect(places('{kind: local}')).toEqual([
      '$(play) Run pipeline deme.runPipeline',
      '$(server) Run on Slurm deme.runOnSlurm',
    ]);
  });

  it('offer the matrix of a config, where anything may be run', () => {
    const source = `${text}matrix:\n  columns: {N: {setting: decouple.ranges, values: [2, 4]}}\n`;
    expect(titles(source).at(-1)).toBe('11: $(table) Run matrix...');
    expect(titles(source, {canRun: false}).some((title) => title.includes('matrix'))).toBe(false);
  });

  it('show the tables that were made of the config, wherever they may be looked at', () => {
    const source = `${text}matrix:\n  columns: {N: {setting: decouple.ranges, values: [2, 4]}}\n`;
    const studies = (['matrix', 'study'] as const).map((kind) => studyFixture(kind, `/w/tiny-${kind}/${kind}.json`));
    const shown = lensesOf(source, {...idle, canRun: false, studies}).filter(
      ({command}) => command === 'deme.showStudy',
    );
    expect(shown.map(({line, title, rest}) => [line, title, ...rest])).toEqual([
      [2, '$(mortar-board) Study: 9 runs', '/w/tiny-study/study.json'],
      [11, '$(table) Matrix: 8 runs', '/w/tiny-matrix/matrix.json'],
    ]);
    expect(titles(source, {studies: [{...studies[0]!, content: null}]}).at(-1)).toBe('11: $(table) Run matrix...');
  });

  it('start what they say', () => {
    const calls = lensesOf(text, idle).map(({command, rest}) => [command, ...rest].join(' '));
    expect(calls).toEqual([
      'deme.runPipeline',
      'deme.openPanel',
      'deme.finetune ',
      'deme.proposeRanges',
      'deme.finetune 0',
      'deme.finetune 1',
      'deme.finetune 2',
      'deme.finetune 3',
      'deme.merge',
      'deme.searchWeights',
      'deme.evaluate',
      'deme.sample',
    ]);
  });

  it('take the intervals from the edges, and leave out those that nobody knows', () => {
    const edges = text.replace('ranges: 4', 'edges: [0, 100, 1000]');
    expect(titles(edges).filter((title) => title.includes('expert '))).toEqual([
      '6: Finetune expert 0, t 0 to 99',
      '6: Finetune expert 1, t 100 to 999',
    ]);
    const unknown = titles(text, {timesteps: null}).filter((title) => title.includes('expert '));
    expect(unknown[1]).toBe('6: Finetune expert 1');
  });

  it('offer no search for weights that are given', () => {
    const given = text.replace('search: {}', 'weights: [1, 2, 3, 4]');
    expect(titles(given).join()).not.toContain('Search');
  });

  it('say how the work goes', () => {
    const events = Array.from({length: 42}, (_, i) => stepEvent(i + 1));
    const run = knownRun({
      state: knownState('running', 0.425, {left: {seconds: 180, low: 162, high: 198}}),
      progress: knownProgress(['expert-0', 'expert-1', 'merge'], ['expert-1'], events),
    });
    const found = titles(text, {run});
    expect(found.slice(0, 3)).toEqual([
      '2: $(sync~spin) running 42 %, 3 min left',
      '2: $(debug-pause) Pause',
      '2: $(debug-stop) Stop',
    ]);
    expect(found).toContain('6: Finetune expert 0, t 0 to 249: 42 %, 1 min left');
    expect(found).toContain('6: Finetune expert 1, t 250 to 499: done');
    expect(found).toContain('6: Finetune expert 2, t 500 to 749');
    expect(found).toContain('7: $(git-merge) Merge');
  });

  it('draw no icon out of what a scheduler says', () => {
    const waiting = {'expert-0': 'job 7: $(zap) first', 'expert-1': ''};
    const progress = knownProgress(
      ['expert-0', 'expert-1'],
      [],
      [stepEvent(1), {type: 'stopped', time: 1, stage: 'expert-0'}],
    );
    const run = knownRun({state: knownState('queued', 0.1, {waiting}), progress});
    expect(titles(text, {run})).toContain('6: Finetune expert 0, t 0 to 249: job 7: \\$(zap) first');
  });

  it('show the number at the end', () => {
    const run = knownRun({
      state: knownState('done', 1),
      report: knownReport(0.0215, 0.0212),
      progress: knownProgress([], ['merge', 'report']),
    });
    const found = titles(text, {run});
    expect(found[0]).toBe('2: $(pass) done, better than the base by 1.40 %');
    expect(found[1]).toBe('2: $(play) Run pipeline');
    expect(found).toContain('7: $(git-merge) Merge: done, held-out loss 0.0212');
    expect(found).toContain('9: $(beaker) Evaluate: done');
  });

  it('offer a paused run to go on', () => {
    const controls = lensesOf(text, {...idle, run: knownRun({state: knownState('paused')})}).slice(1, 3);
    expect(controls.map(({command, rest}) => [command, ...rest])).toEqual([
      ['deme.resume', '/project/.deme/runs/digits-1'],
      ['deme.stop', '/project/.deme/runs/digits-1'],
    ]);
  });

  it.each(['lost', 'failed', 'stopped'] as const)('offer to go on with a run that is %s', (state) => {
    const resume = lensesOf(text, {...idle, run: knownRun({state: knownState(state)})})[1];
    expect(resume).toMatchObject({command: 'deme.resume', rest: ['/project/.deme/runs/digits-1']});
  });

  it('let a job that waits be taken back', () => {
    const job = {id: 'j', title: 'Merge digits', state: 'queued', run: null} as const;
    const request = {action: 'start', config: '/project/digits.deme.yaml', selection: {kind: 'merge'}} as const;
    const lens = lensesOf(text, {...idle, jobs: [{...job, request}]}).find(({title}) => title.includes('queued'));
    expect(lens).toMatchObject({title: '$(clock) Merge digits: queued', command: 'deme.cancelJob', rest: ['j']});
  });

  it('only look where nothing may be run', () => {
    expect(titles(text, {canRun: false})).toEqual(['2: $(graph) Open panel']);
  });

  it('also stand in a config that only pretrains, in JSON, and in one that is half typed', () => {
    expect(titles('name: a\npretrain:\n  model: {}\n')).toEqual(['1: $(graph) Open panel', '2: $(play) Pretrain']);
    expect(titles('{\n  "name": "a",\n  "merge": {}\n}')).toEqual([
      '2: $(play) Run pipeline',
      '2: $(graph) Open panel',
      '3: $(git-merge) Merge',
      '3: $(search) Search weights',
    ]);
    expect(titles('')).toEqual(['1: $(graph) Open panel']);
    expect(titles('name: a\ndecouple:\n  ranges: x\n   y: [')).toContain('2: $(play) Finetune all ranges');
  });
});
