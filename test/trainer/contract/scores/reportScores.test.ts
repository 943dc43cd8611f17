import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {Report, type DistanceTest} from '../../../../trainer/contract/run/report.ts';
import {reportScores} from '../../../../trainer/contract/scores/reportScores.ts';

const loss = Report.parse(
  JSON.parse(readFileSync(new URL('../../../../media/digits/full-report/report.json', import.meta.url), 'utf8')),
);
const {search} = loss;
if (search === null) throw new Error('the report has no search');

const tested = (model: string, distances: number[], toBase: number) => ({
  model,
  distances,
  distance: {mean: NaN, standardError: NaN},
  differenceToBase: {mean: toBase, standardError: 0.5},
  toTraining: {mean: NaN, standardError: NaN},
});

/** The report of a search by distance with this test at its end. */
function withTest(...models: DistanceTest['models']): Report {
  const [first] = models;
  const verdict = {model: 'best', against: 'ordinary', difference: {mean: 0, standardError: 0}};
  const seeds = (first?.distances ?? []).map((_, i) => i);
  const test = {seeds, samples: 9, reference: 9, models, verdict};
  return {...loss, search: {...search!, objective: 'frechet', test}};
}

const testScores = (report: Report) => reportScores(report).filter(({score}) => score.startsWith('test of the search'));

describe('the scores of a report', () => {
  it('have the test of a search by distance, the last result to each rival in pairs of seeds', () => {
    const report = withTest(
      tested('base', [10, 12, 17], 0),
      tested('ordinary', [9, 11, 13], -2),
      tested('best', [99, 99, 99], 0),
      tested('groups', [7, 10, 13], -3),
    );
    expect(testScores(report)).toEqual([
      {
        score: 'test of the search by Fréchet distance, difference to the base',
        model: 'merged',
        value: -3,
        standardError: expect.closeTo(1 / Math.sqrt(3), 12) as number,
      },
      {
        score: 'test of the search by Fréchet distance, difference to the ordinary finetune',
        model: 'merged',
        value: -1,
        standardError: expect.closeTo(1 / Math.sqrt(3), 12) as number,
      },
      {
        score: 'test of the search by Fréchet distance, difference to the base',
        model: 'ordinary',
        value: -2,
        standardError: 0.5,
      },
    ]);
  });

  it('have no difference whose error one seed cannot tell, and none of a search by loss', () => {
    expect(testScores(withTest(tested('base', [10], 0), tested('best', [7], -3)))).toEqual([]);
    expect(testScores(loss)).toEqual([]);
  });
});
