import {describe, expect, it} from 'vitest';
import type {RunNotes} from '../../../trainer/contract/run/runNotes.ts';
import type {Job} from '../../../extension/runs/jobQueue.ts';
import type {ExperimentNode} from '../../../extension/views/experimentNode.ts';
import {experimentNodes, type TreeChoice} from '../../../extension/views/experimentNodes.ts';
import type {Run} from '../../../extension/runs/run.ts';
import {studyFixture} from '../../helpers/measurements/studyFixture.ts';
import {knownProgress, knownReport, knownRun, knownState, stepEvent} from '../../helpers/runs/knownRun.ts';

const all: TreeChoice = {filter: '', sort: 'newest'};

/** The tree as indented text: label, description and context of each row. */
function rows(nodes: readonly ExperimentNode[], indent = ''): string[] {
  return nodes.flatMap(({label, description, context, children}) => [
    `${indent}${label} | ${description} | ${context}`,
    ...rows(children, `${indent}  `),
  ]);
}

const tree = (runs: readonly Run[], choice: Partial<TreeChoice> = {}, jobs: readonly Job[] = []) =>
  experimentNodes({runs, configs: ['/project/digits.deme.yaml'], jobs, choice: {...all, ...choice}});

/** Ids of the runs, in the order of the tree. */
const order = (runs: readonly Run[], choice: Partial<TreeChoice>) =>
  tree(runs, choice).flatMap(({children}) => children.map(({label}) => label));

const day = (n: number, id: string, changes: Partial<Run> = {}) => {
  const run = knownRun({id, ...changes});
  return {...run, record: {...run.record, created: `2026-01-0${n}T00:00:00.000Z`}};
};

describe('the tree of experiments', () => {
  it('has the parts of a run with their states and numbers', () => {
    const events = Array.from({length: 30}, (_, i) => stepEvent(i + 1));
    const run = knownRun({
      state: knownState('running', 0.425, {left: {seconds: 600, low: 540, high: 660}}),
      progress: knownProgress(['expert-0', 'expert-1', 'search', 'merge', 'evaluate-base'], ['expert-1'], events),
      notes: {format: 1, tags: ['small'], note: 'a first try\nmore'},
    });
    expect(rows(tree([run]))).toEqual([
      'digits | digits.deme.yaml, 1 run | experiment',
      '  digits-1 | running 42 %, 10 min left · #small · a first try | run.running',
      '    Base | base | model',
      '    Experts | 1 of 2 done | experts',
      '      Expert 0, t 0 to 499 | 30 %, 1 min left · loss 0.02 | stage',
      '      Expert 1, t 500 to 999 | done | model',
      '    Merged | waiting | stage',
      '    Evaluations | 0 of 1 done | evaluations',
      '      base | waiting | evaluation',
    ]);
  });

  it('has the held-out losses at the end, their numbers where no narrow view cuts them, and what a click opens', () => {
    const run = knownRun({
      state: knownState('done', 1),
      report: knownReport(0.02, 0.019),
      progress: knownProgress([], ['merge', 'evaluate-base', 'evaluate-merged']),
    });
    const [experiment] = tree([run]);
    expect(rows([experiment!])).toEqual([
      'digits | digits.deme.yaml, 1 run | experiment',
      '  digits-1 | done, better than the base by 5.00 % | run.done',
      '    Base | 0.02 held-out loss | model',
      '    Merged | 0.019 held-out loss · done | model',
      '    Evaluations | 0.019 held-out loss | evaluations',
      '      base | 0.02 held-out loss | evaluation',
      '      merged | 0.019 held-out loss | evaluation',
    ]);
    const parts = experiment!.children[0]!.children;
    expect(parts[1]?.model).toBe('/project/.deme/runs/digits-1/models/merged');
    expect(parts[2]?.children[1]?.file).toBe('/project/.deme/runs/digits-1/evaluations/merged/samples.png');
  });

  it('shows a search as part of the merge, and a stage whose process is gone as stopped', () => {
    const events = [{type: 'progress', time: 1, stage: 'search', done: 3, total: 10, what: 'candidates'} as const];
    const progress = knownProgress(['search', 'merge'], [], events);
    const merged = (run: Run) => rows(tree([run])).find((row) => row.includes('Merged'));
    expect(merged(knownRun({state: knownState('running'), progress}))).toContain('searching the weights, 30 %');
    expect(merged(knownRun({state: knownState('lost'), progress}))).toContain('Merged | waiting');
  });

  it('has the baselines by their names, after the ordinary finetune', () => {
    const progress = knownProgress(['baseline-min-snr', 'ordinary'], ['baseline-p2']);
    expect(rows(tree([knownRun({progress})])).filter((row) => /Baseline|Ordinary/.test(row))).toEqual([
      '    Ordinary finetune | waiting | stage',
      '    Baseline min-snr | waiting | stage',
      '    Baseline p2 | done | model',
    ]);
  });

  it('has an id for every row, and each only once', () => {
    const progress = knownProgress(['expert-0', 'expert-1', 'ordinary', 'merge'], ['evaluate-base', 'evaluate-merged']);
    const runs = ['digits-1', 'digits-2'].map((id) => knownRun({id, progress}));
    const ids = (nodes: readonly ExperimentNode[]): string[] =>
      nodes.flatMap(({id, children}) => [id, ...ids(children)]);
    const found = ids(tree(runs));
    expect(new Set(found).size).toBe(found.length);
    expect(found.length).toBeGreaterThan(20);
  });

  it('shows configs without runs, and what waits', () => {
    const request = {action: 'resume', run: '/r'} as const;
    const job = {id: 'j', title: 'Resume digits-1', request, state: 'queued', run: null} as const;
    const running = {...job, id: 'k', state: 'running'} as const;
    expect(rows(experimentNodes({runs: [], configs: ['/a/new.deme.yaml'], jobs: [job, running], choice: all}))).toEqual(
      ['Queue | 1 waiting | queue', '  Resume digits-1 | queued | job.queued', 'new | no runs yet | experiment'],
    );
  });

  it('has nothing wait while the only job is being started', () => {
    const request = {action: 'resume', run: '/r'} as const;
    const job = {id: 'j', title: 'Resume digits-1', request, state: 'starting', run: null} as const;
    expect(rows(experimentNodes({runs: [], configs: [], jobs: [job], choice: all}))[0]).toBe(
      'Queue | starting | queue',
    );
    expect(
      rows(experimentNodes({runs: [], configs: [], jobs: [job, {...job, id: 'k', state: 'queued'}], choice: all}))[0],
    ).toContain('1 waiting');
  });

  it('has studies, matrices and benchmarks in a group, the newest first, and opens what cannot be read', () => {
    const studies = [
      studyFixture('study', '/w/tiny-study/study.json'),
      studyFixture('matrix', '/w/sweep/matrix.json'),
      {...studyFixture('study', '/w/x-study/study.json'), content: null, problem: 'no \u202eJSON'},
    ];
    const nodes = experimentNodes({runs: [], configs: [], jobs: [], choice: all, studies});
    expect(rows(nodes)).toEqual([
      'Studies, matrices, benchmarks | 3 | studies',
      '  x-study | cannot be read: no \\u202eJSON | unreadable',
      '  tiny | matrix, 8 runs, sweep | study.matrix',
      '  tiny | study, 9 runs | study.study',
    ]);
    const [broken, matrix] = nodes[0]?.children ?? [];
    expect([broken?.file, broken?.study, matrix?.study]).toEqual([
      '/w/x-study/study.json',
      undefined,
      '/w/sweep/matrix.json',
    ]);
  });

  it('sorts', () => {
    const runs = [
      day(1, 'digits-1', {state: knownState('done', 1), report: knownReport(0.02, 0.018)}),
      day(2, 'digits-2', {state: knownState('running')}),
      day(3, 'digits-3', {state: knownState('failed'), report: knownReport(0.02, 0.019)}),
    ];
    expect(order(runs, {sort: 'newest'})).toEqual(['digits-3', 'digits-2', 'digits-1']);
    expect(order(runs, {sort: 'state'})).toEqual(['digits-2', 'digits-3', 'digits-1']);
    expect(order(runs, {sort: 'loss'})).toEqual(['digits-1', 'digits-3', 'digits-2']);
  });

  it('filters by name, state, tags and note', () => {
    const runs = [
      day(1, 'digits-1', {state: knownState('done', 1), notes: {format: 1, tags: ['Best'], note: ''}}),
      day(2, 'digits-2', {state: knownState('lost'), notes: {format: 1, tags: [], note: 'larger batch'}}),
    ];
    expect(order(runs, {filter: 'best'})).toEqual(['digits-1']);
    expect(order(runs, {filter: 'batch lost'})).toEqual(['digits-2']);
    expect(order(runs, {filter: 'digits-2'})).toEqual(['digits-2']);
    expect(tree(runs, {filter: 'nothing'})).toEqual([]);
  });

  it('shows notes, tags and messages without what turns letters around', () => {
    const notes: RunNotes = {format: 1, tags: ['a\u202eb'], note: 'x\u2066y'};
    const run = knownRun({id: 'digits-1', notes});
    const shown = experimentNodes({
      runs: [run],
      configs: [],
      jobs: [],
      choice: all,
      unreadable: new Map([['/runs/bad-1', 'no \u202erecord']]),
    });
    expect(rows(shown).join('\n')).toMatch(/#a\\u202eb · x\\u2066y[^]*bad-1 \| cannot be read: no \\u202erecord/);
  });
});
