import {describe, expect, it} from 'vitest';
import {studyEntries, entryName} from '../../../../trainer/contract/matrix/matrixEntries.ts';
import {plainScores} from '../../../../trainer/contract/matrix/judgedScores.ts';
import type {MatrixResult} from '../../../../trainer/contract/matrix/matrixResult.ts';
import {StudyContent, studyKindOf} from '../../../../trainer/contract/studies/studyContent.ts';
import type {BenchmarkResult} from '../../../../trainer/contract/benchmark/benchmarkResult.ts';
import {studyRuns, studyText} from '../../../../trainer/contract/studies/studyProgress.ts';
import {studyContent} from '../../../helpers/measurements/studyFixture.ts';

const study = studyContent('study') as Extract<StudyContent, {result: MatrixResult}>;
const matrix = studyContent('matrix') as Extract<StudyContent, {result: MatrixResult}>;

describe('the tables of the verbs', () => {
  it('are told by the names of their files', () => {
    const names = [
      'study.json',
      'matrix.json',
      'benchmark.json',
      'benchmark-scale-0.01.json',
      'benchmark-scale-1e-7.json',
    ];
    expect(names.map(studyKindOf)).toEqual(['study', 'matrix', 'benchmark', 'benchmark', 'benchmark']);
    expect(['my-study.json', 'study.json.tmp', 'benchmarks.json', 'benchmark-x.json'].map(studyKindOf)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('of a study have every model once', () => {
    expect(studyEntries(study.result.rows).map(entryName)).toEqual([
      'base',
      'ordinary finetune',
      'baseline p2',
      'ensemble',
      'merged by held-out loss',
      'merged by Fréchet distance',
      'merged by both',
    ]);
    expect(plainScores(study.result.rows)).toEqual(['held-out loss', 'Fréchet distance', 'KID']);
  });

  it('say how far they are: done, failed, in the middle of a run, not begun', () => {
    expect([study, matrix, studyContent('benchmark')].map(studyText)).toEqual(['9 runs', '8 runs', 'scaled to 0.0001']);
    const {rows, planned = []} = matrix.result;
    const [first] = rows;
    if (first === undefined) expect.fail('no cell');
    const error = {code: 'loss-not-finite', message: 'The loss is not finite.', hint: 'Lower the rate.'};
    const failed = {...first, runs: [{...first.runs[0]!, run: null, error}]};
    const half: StudyContent = {
      kind: 'matrix',
      result: {...matrix.result, rows: [failed], running: [1, 4].map((i) => ({...planned[i]!, run: `tiny-${i + 1}`}))},
    };
    expect(studyText(half)).toBe('1 of 8 runs, 1 failed');
    const runs = studyRuns(half);
    const waiting = (count: number) => Array.from({length: count}, () => 'waiting');
    expect(runs.map(({state}) => state)).toEqual(['failed', 'current', ...waiting(2), 'current', ...waiting(3)]);
    expect(runs[0]?.problem).toBe('The loss is not finite. Lower the rate.');
    expect(runs[1]).toMatchObject({run: 'tiny-2', repeat: '1'});
  });

  it('of a benchmark have the models that are done, and a run that works', () => {
    const {rows} = studyContent('benchmark').result as BenchmarkResult;
    const begun = studyContent('benchmark', {rows: rows.slice(0, 1), open: ['merged', 'ordinary']});
    expect(studyText(begun)).toBe('1 of 3 models, scaled to 0.0001');
    expect(studyRuns(begun)).toMatchObject([{state: 'current'}]);
    expect(studyText(studyContent('benchmark', {rows: [], open: ['base'], scale: 1}))).toBe('0 of 1 models');
  });

  it('of earlier versions name the one run that is being made', () => {
    const {rows, planned = [], running: _, ...old} = matrix.result;
    const result = {...old, planned, rows: rows.slice(0, 1), current: {...planned[2]!, run: 'tiny-3'}};
    const states = studyRuns(StudyContent.parse({kind: 'matrix', result})).map(({run, state}) => `${state} ${run}`);
    expect(states.filter((state) => state.startsWith('current'))).toEqual(['current tiny-3']);
  });

  it('of still earlier versions have neither planned runs nor the folder of the runs', () => {
    const {planned: _, running: __, current: ___, output: ____, ...old} = matrix.result;
    expect(studyRuns(StudyContent.parse({kind: 'matrix', result: old}))).toHaveLength(8);
  });

  it('are refused with what no verb writes', () => {
    const wrong = [
      {...matrix.result, format: 2},
      {...matrix.result, rows: [{labels: {}, runs: [{repeat: null, run: '../../etc', error: null}], scores: []}]},
      {...matrix.result, rows: null},
      {...matrix.result, surplus: 1},
    ];
    for (const result of wrong) expect(StudyContent.safeParse({kind: 'matrix', result}).success).toBe(false);
    expect(StudyContent.safeParse({kind: 'study', result: studyContent('benchmark').result}).success).toBe(false);
  });
});
