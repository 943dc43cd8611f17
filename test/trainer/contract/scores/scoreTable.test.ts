import {describe, expect, it} from 'vitest';
import type {Report} from '../../../../trainer/contract/run/report.ts';
import {measuredText} from '../../../../trainer/contract/scores/estimate.ts';
import {scoreTable} from '../../../../trainer/contract/scores/scoreTable.ts';
import {knownReport} from '../../../helpers/runs/knownRun.ts';

const network = (name: string, letter: string) => ({
  name,
  dimension: 64,
  preprocessing: 'none',
  weights: {source: 'file', sha256: letter.repeat(64)},
});

/** Of base, ordinary and merged model, by two networks. */
function twoNetworks(): Report {
  const report = knownReport(0.02, 0.019) ?? expect.fail();
  const kid = {base: {mean: 0.02, standardError: 0.001}, merged: {mean: 0.01, standardError: 0.001}};
  const clipScore = (meanCosine: number) => ({
    ...{meanCosine, standardError: 0.001, torchmetrics: 100 * meanCosine},
    ...{clipScorePaper: 2.5 * meanCosine, prompts: 4},
  });
  const inceptionScore = {base: {mean: 9, deviation: 0.1, splits: 10}, merged: {mean: 9, deviation: 0.2, splits: 10}};
  const shared = (precision: number) => ({
    precision,
    recall: 0.5,
    neighbours: 3,
    precisionError: 0.02,
    recallError: 0.01,
  });
  return {
    ...report,
    recipe: {
      sampling: {sampler: 'pndm', steps: 25, eta: 0, guidance: 7, seed: 5, images: 64, prompts: ['a']},
      heldOut: {images: 9, timesteps: 2, seed: 1},
      featureNetworks: [network('inception', 'a'), network('clip', 'b')],
      kid: {subsets: 50, subsetSize: 20},
    },
    networks: [
      {
        ...{network: 'inception', about: 'i', frechet: {base: 3, ordinary: 2, merged: 2.5}, kid, inceptionScore},
        precisionRecall: {base: shared(0.7), merged: shared(0.8)},
        frechetSpread: {
          base: {standardError: 0.1, groups: 10},
          ordinary: {standardError: 0.1, groups: 10, toBase: {mean: -1, standardError: 0.6}},
          merged: {standardError: 0.1, groups: 10, toBase: {mean: 0.5, standardError: 0.1}},
        },
        reference: 'val2014.npz (40504 images)',
      },
      {
        ...{network: 'clip', about: 'c', frechet: {base: 1, merged: 1}, kid: {}},
        clipScore: {base: clipScore(0.3), ordinary: clipScore(0.31), merged: clipScore(0.29)},
      },
    ],
  };
}

const cellsOf = (report: Report, start: string, by: string | null) => {
  const row = scoreTable(report).rows.find(({score, network}) => score.startsWith(start) && network === by);
  return row?.cells.map((cell) => cell && [cell.text, cell.isBest ? 'best' : (cell.verdict ?? '')]);
};

describe('the table of scores', () => {
  it('has a row for each score and network that any model has, and marks the best by its direction', () => {
    const report = twoNetworks();
    const {models, rows} = scoreTable(report);
    expect(models).toEqual(['base', 'merged', 'ordinary']);
    expect(rows.map(({score, network, better}) => `${network} ${better} ${score}`)).toEqual([
      'null lower held-out loss',
      'null lower held-out loss, difference to the base',
      'inception lower Fréchet distance',
      'inception lower Fréchet distance, difference to the base',
      'inception lower KID',
      'inception higher precision (3 neighbours)',
      'inception higher recall (3 neighbours)',
      'inception higher inception score',
      'clip lower Fréchet distance',
      'clip higher CLIP score (100 x mean cosine)',
    ]);
    expect(cellsOf(report, 'Fréchet distance', 'inception')).toEqual([
      ['3.00 ± 0.10', ''],
      ['2.50 ± 0.10', ''],
      ['2.00 ± 0.10', 'best'],
    ]);
    expect(cellsOf(report, 'precision', 'inception')).toEqual([['0.700 ± 0.020', ''], ['0.800 ± 0.020', 'best'], null]);
    // As good as each other.
    expect(cellsOf(report, 'inception score', 'inception')?.map((cell) => cell?.[1])).toEqual(['', '', undefined]);
    expect(cellsOf(report, 'CLIP', 'clip')).toEqual([
      ['30.00 ± 0.10', ''],
      ['29.00 ± 0.10', ''],
      ['31.00 ± 0.10', 'best'],
    ]);
  });

  it('says of a difference to the base whether it is better, worse, or noise', () => {
    expect(cellsOf(twoNetworks(), 'Fréchet distance, diff', 'inception')).toEqual([
      null,
      ['+0.50 ± 0.10, +16.67 %', 'worse'],
      ['-1.00 ± 0.60, -33.33 %', 'noise'],
    ]);
  });

  it('says in each row how it was measured', () => {
    const {rows} = scoreTable(twoNetworks());
    const recipe = (start: string, by: string | null) =>
      rows.find(({score, network}) => score.startsWith(start) && network === by)?.recipe;
    const drawn = '64 images, pndm in 25 steps, guidance 7, seed 5';
    expect(recipe('held-out', null)).toMatch(/^9 test images, 2 timesteps of each in each range, seed 1; ±/);
    expect(recipe('KID', 'inception')).toBe(
      `${drawn}, by inception, weights aaaaaaaaaaaa, against val2014.npz (40504 images); ± a standard error over 50 subsets of 20 images; unbiased: about 0, and as often below it, for images of one kind`,
    );
    expect(recipe('CLIP', 'clip')).toBe(`${drawn}, by clip, weights bbbbbbbbbbbb; ± a standard error over the images`);
    expect(recipe('Fréchet', 'clip')).toContain('against the test images; no interval');
  });

  it('says where KID has no error, because each of its subsets has all images', () => {
    const report = twoNetworks();
    const recipe = {...report.recipe, kid: {subsets: 50, subsetSize: 64}, reference: {part: 'test', images: 64}};
    const row = scoreTable({...report, recipe}).rows.find(({score}) => score === 'KID');
    expect(row?.recipe).toMatch(/; no error, since each subset has all images; unbiased/);
  });

  it('reads reports whose recipe has other parts', () => {
    const report = {...twoNetworks(), recipe: {sampling: 'none', heldOut: [1], featureNetworks: 3, kid: null}};
    expect(scoreTable(report).rows[2]?.recipe).toMatch(/^by inception, against val2014/);
  });
});

describe('a measured number', () => {
  it.each([
    [152.34, 4.12, '152.3 ± 4.1'],
    [1523.4, 41.2, '1523 ± 41'],
    [0.026348, 0.000284, '0.02635 ± 0.00028'],
    [-0.000098841, 0.000008, '-9.88e-5 ± 8.0e-6'],
    [0, 0.00001, '0.0e+0 ± 1.0e-5'],
    [32.13638, undefined, '32.14'],
    [12345.6, undefined, '12346'],
    [0.5, 0, '0.5000'],
    // The deviation of one value many times over, as floats have it.
    [708.0853, 9e-13, '708.1'],
    [0, undefined, '0.000'],
    [0.0001234567, undefined, '1.235e-4'],
  ])('%d with the error %d is %s', (value, error, text) => expect(measuredText(value, error)).toBe(text));
});
