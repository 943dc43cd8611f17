import {expect, it} from 'vitest';
import type {MatrixRow, MatrixScore} from '../../../../trainer/contract/matrix/matrixResult.ts';
import {studyVerdicts} from '../../../../trainer/pipeline/matrix/studyVerdicts.ts';

function row(label: string, scores: readonly Omit<MatrixScore, 'mean'>[]): MatrixRow {
  const withMean = scores.map((score) => ({
    ...score,
    mean: score.values.reduce((sum, value) => sum + value, 0) / score.values.length,
  }));
  return {labels: {merged: label}, runs: [], scores: withMean};
}

function distances(values: Readonly<Record<string, number[]>>): Omit<MatrixScore, 'mean'>[] {
  return Object.entries(values).map(([model, list]) => ({
    score: 'Fréchet distance',
    model,
    values: list,
    standardError: 0.3,
  }));
}

const others = {
  base: [30, 31, 32],
  ordinary: [28, 29, 30.3],
  'baseline-p2': [29, 30, 31],
  'baseline-min-snr': [27.5, 28.4, 29.6],
  ensemble: [20, 20, 20],
};

it('judge distances seed by seed, against base, ordinary and the best baseline', () => {
  const [conclusion, better, worse] = studyVerdicts([
    row('by Fréchet distance', distances({...others, merged: [26, 27, 28]})),
    row('by held-out loss', distances({...others, merged: [28, 29.5, 30]})),
  ]);
  expect(conclusion).toBe(
    'Fréchet distance: merged by Fréchet distance is better than the base, the ordinary finetune, and the best baseline by more than 3 standard errors.',
  );
  // Differences to the ordinary finetune -2, -2, -2.3: mean -2.1, deviation sqrt(0.03), its error 0.1.
  expect(better).toContain('against ordinary finetune -2.10 ± 0.10, lower (better) by 21.0 standard errors');
  expect(better).toContain('against base -4.000 with every seed;');
  expect(better).toContain('against baseline min-snr -1.500 ± 0.058');
  expect(better).not.toMatch(/baseline p2|ensemble/);
  expect(worse).toContain('against ordinary finetune +0.07 ± 0.23');
  expect(worse).toContain('within noise');
});

it('say so where no merged model is better', () => {
  const [conclusion] = studyVerdicts([row('by both', distances({...others, merged: [28, 28, 28]}))]);
  expect(conclusion).toBe(
    'Fréchet distance: no merged model is better than the base, the ordinary finetune, and the best baseline by more than 3 standard errors.',
  );
});

it('judge held-out losses image by image', () => {
  const loss = (score: string, model: string, value: number, standardError: number) => ({
    score,
    model,
    values: [value, value],
    standardError,
  });
  const to = 'held-out loss of the merged model, difference to';
  const verdicts = studyVerdicts([
    row('by held-out loss', [
      loss('held-out loss', 'base', 0.3, 0.01),
      loss('held-out loss', 'merged', 0.25, 0.01),
      loss(to, 'base', -0.05, 0.001),
      loss(to, 'ordinary', -0.004, 0.001),
      loss(to, 'baseline-p2', 0.001, 0.001),
    ]),
  ]);
  expect(verdicts[0]).toMatch(/^held-out loss: no merged model/);
  expect(verdicts[1]).toContain(
    'merged by held-out loss: 0.250 ± 0.010; against base -0.0500 ± 0.0010, lower (better)',
  );
  expect(verdicts[1]).toContain('by 4.0 standard errors; against baseline p2 +0.0010 ± 0.0010');
});

it('name only what was compared, and what has no result', () => {
  const verdicts = studyVerdicts([
    row('by held-out loss', distances({base: [30, 31], merged: [26, 26.5]})),
    row('by Fréchet distance', distances({base: [30, 31], merged: [25, 26.5]})),
    row('by both', []),
  ]);
  expect(verdicts.slice(0, 2)).toEqual([
    'Merged by both: no result.',
    'Fréchet distance: merged by held-out loss and merged by Fréchet distance are better than the base by more than 3 standard errors.',
  ]);
  expect(verdicts.at(-1)).toContain('Each model was trained once');
});

it('call a merged model that is the base the same', () => {
  const [, same] = studyVerdicts([row('by both', distances({base: [30, 31], merged: [30, 31]}))]);
  expect(same).toContain('against base the same.');
});

it('conclude nothing from what was drawn once', () => {
  expect(studyVerdicts([row('by both', distances({base: [30], merged: [20]}))])).toEqual([]);
});
