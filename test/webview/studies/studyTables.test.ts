import {describe, expect, it} from 'vitest';
import type {BenchmarkResult} from '../../../trainer/contract/benchmark/benchmarkResult.ts';
import type {MatrixResult} from '../../../trainer/contract/matrix/matrixResult.ts';
import {parseModel} from '../../../trainer/contract/run/runModel.ts';
import {publishedResults} from '../../../trainer/pipeline/benchmark/publishedResults.ts';
import {againstText} from '../../../webview/studies/againstText.ts';
import {benchmarkTable} from '../../../webview/studies/benchmarkTable.ts';
import {cellSettings} from '../../../webview/studies/cellSettings.ts';
import {matrixModels, matrixTable, studyTable} from '../../../webview/studies/matrixTable.ts';
import {studyCsv, studyMarkdown} from '../../../webview/studies/studyExport.ts';
import {bestValues, sortedRows, type StudyTable} from '../../../webview/studies/studyTable.ts';
import {studyVerdict} from '../../../webview/studies/studyVerdict.ts';
import {studyContent} from '../../helpers/measurements/studyFixture.ts';
import {runView} from '../runViews.ts';

const study = studyContent('study').result as MatrixResult;
const matrix = studyContent('matrix').result as MatrixResult;
const benchmark = studyContent('benchmark').result as BenchmarkResult;

const names = ({rows}: StudyTable) => rows.map(({labels}) => labels.join(' '));
const words = (table: StudyTable, row: string, column: string) => {
  const at = table.columns.findIndex(({key}) => key === column);
  const cell = table.rows.find(({labels}) => labels.join(' ') === row)?.cells[at];
  return cell?.against.map((each) => againstText(each, table.columns[at]?.better ?? 'lower'));
};

describe('a difference in words', () => {
  const text = (
    mean: number,
    standardError: number | null,
    paired: 'images' | 'separate' | 'repetitions' = 'images',
    better: 'lower' | 'higher' = 'lower',
  ) => againstText({rival: 'the base', difference: {mean, standardError, paired}}, better);

  it('has its direction, its size in standard errors, and what to hold of it', () => {
    expect(text(-0.32, 0.1)).toBe('better than the base by 3.2 standard errors');
    expect(text(-0.32, 0.1, 'images', 'higher')).toBe('worse than the base by 3.2 standard errors');
    expect(text(0.19, 0.1)).toBe('within noise of the base: 1.9 standard errors');
    expect(text(5, 0.1, 'separate')).toBe('worse than the base by 50 standard errors, unpaired');
    expect(text(-2, null)).toBe('better than the base by 2.000, error not known');
    expect(text(-2, 0, 'repetitions')).toBe('better than the base by 2.000 every time');
    expect(text(-2, 1e-13, 'separate')).toBe('better than the base by 2.000, error not known');
    expect(text(0, 0)).toBe('the same as the base');
  });
});

describe('the table of a study', () => {
  const table = studyTable(study);

  it('has every model with how far it is from the base and from the best other', () => {
    expect(names(table)).toContain('merged by both');
    expect(words(table, 'merged by held-out loss', 'held-out loss')).toEqual([
      'better than the base by 13 standard errors',
      'better than the next (ordinary finetune) by 2.7 standard errors',
    ]);
    expect(words(table, 'base', 'held-out loss')).toEqual([
      'worse than the best (merged by held-out loss) by 13 standard errors',
    ]);
    const [loss] = bestValues(table);
    expect(loss).toBe(1.019951730966568);
  });

  it('has rows whose keys are the models, by which charts colour them', () => {
    expect(table.rows.map(({key}) => parseModel(key)?.kind ?? 'found')).toEqual([
      'base',
      'ordinary',
      'baseline',
      'ensemble',
      ...['found', 'found', 'found'],
    ]);
  });

  it('is sorted by names and by scores, cells without one last', () => {
    const order = (column: string, descending: boolean) =>
      sortedRows(
        {...table, rows: table.rows.map((row, i) => (i === 0 ? {...row, cells: [null, ...row.cells.slice(1)]} : row))},
        {column, descending},
      ).map(({labels}) => labels[0]);
    expect(order('held-out loss', false).at(0)).toBe('merged by held-out loss');
    expect(order('held-out loss', false).at(-1)).toBe('base');
    expect(order('held-out loss', true).at(-1)).toBe('base');
    expect(order('Model', true)[0]).toBe('ordinary finetune');
    expect(order('gone', false)[0]).toBe('base');
  });

  it('is concluded by what stands in its file', () => {
    const {outcome, conclusions, details} = studyVerdict({kind: 'study', result: study});
    expect(outcome).toBe('noise');
    expect(conclusions).toHaveLength(2);
    expect(conclusions[0]).toMatch(/^held-out loss: no merged model is better/);
    expect(details).toHaveLength(7);
  });
});

describe('the table of a matrix', () => {
  it('has a row for each cell, and what its settings are', () => {
    const settings: Record<string, string> = {
      'tiny-1': '1',
      'tiny-2': '1',
      'tiny-3': '1',
      'tiny-4': '1',
      'tiny-5': '0',
      'tiny-6': '0',
    };
    const runOf = (id: string) =>
      settings[id] === undefined
        ? undefined
        : runView(id, {
            settings: {
              'decouple.consistency': settings[id],
              'decouple.seed': String(Number(id.at(-1)) % 2),
              batch: '4',
            },
          });
    const table = matrixTable(matrix, 'merged', cellSettings(matrix.rows, runOf));
    // The seed differs within each cell, the batch nowhere.
    expect(table.heads).toEqual(['technique', 'weights', 'decouple.consistency']);
    expect(table.rows.map(({labels}) => labels)).toEqual([
      ['all', '[1,1]', '1'],
      ['all', '[0,0]', '1'],
      ['plain', '[1,1]', '0'],
      ['plain', '[0,0]', '–'],
    ]);
    expect(matrixModels(matrix)[0]).toBe('merged');
  });

  it('says which cell is best, and what is still to come', () => {
    const {conclusions, outcome} = studyVerdict({kind: 'matrix', result: matrix});
    expect(conclusions[0]).toMatch(
      /^held-out loss: best is technique = \w+, weights = \[1,1\] with 0\.9\d+ ± .*; better than the base by \d+ standard errors/,
    );
    expect(outcome).toBe('better');
    const empty = studyVerdict({kind: 'matrix', result: {...matrix, rows: []}});
    expect(empty).toMatchObject({outcome: 'running', conclusions: ['No cell of this matrix has a result yet.']});
  });
});

describe('the table of a benchmark', () => {
  it('that still works says which models are drawn and which are to come, and judges nothing', () => {
    const rows = benchmark.rows.slice(0, 2).map((row) => ({...row, scores: []}));
    const heldOut = Object.fromEntries(Object.entries(benchmark.heldOut).filter(([name]) => name === 'base'));
    const result = {...benchmark, rows, heldOut, open: ['merged'], published: [...publishedResults['sd-coco30k']]};
    const verdict = studyVerdict({kind: 'benchmark', result});
    expect(verdict.outcome).toBe('running');
    expect(verdict.conclusions[1]).toBe('Drawn so far: base, ordinary finetune; still to come: merged.');
    expect(verdict.conclusions.join()).not.toContain('best');
    const begun = benchmarkTable({...result, rows: [], heldOut: {}, published: []});
    expect([begun.rows, begun.columns]).toEqual([[], []]);
    expect(benchmarkTable(result).caption).toMatch(/^Measured here so far, cut to/);
  });

  const published = [...publishedResults['sd-coco30k']];
  const table = benchmarkTable({...benchmark, published});

  it('has the published numbers in the column that measures the same, with their sources', () => {
    expect(table.columns.map(({key}) => key)).toEqual([
      'held-out loss',
      'Fréchet distance (digits)',
      'KID (digits)',
      'precision (digits)',
      'recall (digits)',
      'FID',
      'CLIP score',
      'inception score',
    ]);
    const merged = table.rows.find(({labels}) => labels[0] === 'DeMe merged');
    expect(merged?.cells.map((cell) => cell?.value)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      13.06,
      30.11,
      undefined,
    ]);
    expect(merged?.note).toContain('published: Decouple-Then-Merge, CVPR 2025, table 2');
    // BK-SDM and the paper both have a base.
    expect(table.rows.filter(({note}) => note.startsWith('published: BK-SDM'))).toHaveLength(1);
    expect(bestValues(table)[6]).toBe(30.11);
  });

  it('says first that a cut one compares with nothing', () => {
    const {conclusions} = studyVerdict({kind: 'benchmark', result: benchmark});
    expect(conclusions[0]).toContain('compare with no published ones');
    expect(words(benchmarkTable(benchmark), 'ordinary finetune', 'KID (digits)')?.[0]).toContain('error not known');
  });
});

describe('exports', () => {
  it('keep a table a table, whatever its texts are', () => {
    const evil = {
      ...matrix,
      columns: ['=cmd|x', 'weights'],
      rows: [{...matrix.rows[0]!, labels: {'=cmd|x': '<img src=x> | *b*', weights: '-1'}}],
    };
    const table = matrixTable(evil, 'merged');
    const [head = '', line = ''] = studyCsv(table).split('\n');
    expect(head).toMatch(
      /^"'=cmd\|x",weights,"held-out loss","held-out loss, standard error","held-out loss, difference to the base",/,
    );
    expect(line).toMatch(/^"<img src=x> \| \*b\*",'-1,|^"<img src=x> \| \*b\*","'-1",/);
    expect(line).toContain('0.9944454319775105');
    const markdown = studyMarkdown('a|b', table);
    const rows = markdown.split('\n').filter((each) => each.startsWith('|'));
    expect(new Set(rows.map((row) => row.split(/(?<!\\)\|/).length)).size).toBe(1);
    expect(markdown).toContain('\\<img src=x\\> \\| \\*b\\*');
  });

  it('mark the best and have the differences in words', () => {
    expect(studyMarkdown('study', studyTable(study))).toContain(
      '| merged by held-out loss | **1.0200 ± 0.0073**<br>better than the base by 13 standard errors<br>',
    );
  });
});
