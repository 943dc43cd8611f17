import {expect, it} from 'vitest';
import type {MatrixRow, MatrixScore} from '../../../../trainer/contract/matrix/matrixResult.ts';
import {isLess, scoreDifference} from '../../../../trainer/contract/matrix/scoreDifference.ts';

const distance = 'Fréchet distance';
const loss = 'held-out loss';

/** A cell with these values of each repetition, by score and model. */
function cell(scores: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>, error = 0.5): MatrixRow {
  const all = Object.entries(scores).flatMap(([score, models]) =>
    Object.entries(models).map(([model, values]): MatrixScore => ({
      score,
      model,
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      standardError: error,
      values: [...values],
    })),
  );
  const repeats = Object.values(all[0]?.values ?? []).map((_, i) => ({repeat: String(i), run: `r-${i}`, error: null}));
  return {labels: {N: '2'}, runs: repeats, scores: all};
}

it('pairs repetitions, in a cell and between cells', () => {
  const [row, other] = [
    cell({[distance]: {base: [30, 31, 32], merged: [26, 27, 28.3]}}),
    cell({[distance]: {merged: [20, 22, 24]}}),
  ];
  const merged = {row, model: 'merged'};
  // -4, -4, -3.7: mean -3.9, deviation sqrt(0.03), its error 0.1.
  expect(scoreDifference(merged, {row, model: 'base'}, distance)).toEqual({
    mean: expect.closeTo(-3.9, 12) as number,
    standardError: expect.closeTo(0.1, 12) as number,
    paired: 'repetitions',
  });
  // 6, 5, 4.3.
  const between = scoreDifference(merged, {row: other, model: 'merged'}, distance);
  expect(between).toMatchObject({mean: expect.closeTo(5.1, 12) as number, paired: 'repetitions'});
});

it('adds the errors of what was measured apart: once, or with other repetitions', () => {
  const once = cell({[distance]: {base: [30], merged: [26]}}, 3);
  expect(scoreDifference({row: once, model: 'merged'}, {row: once, model: 'base'}, distance)).toEqual({
    mean: -4,
    standardError: Math.hypot(3, 3),
    paired: 'separate',
  });
  // All repetitions have one measurement: a paired error would be zero.
  const same = cell({[distance]: {base: [30, 30], merged: [26, 26]}}, 4);
  expect(scoreDifference({row: same, model: 'merged'}, {row: same, model: 'base'}, distance)?.standardError).toBe(
    Math.hypot(4, 4),
  );
  const failed = {...once, scores: once.scores.map((score) => ({...score, standardError: null}))};
  expect(scoreDifference({row: failed, model: 'merged'}, {row: failed, model: 'base'}, distance)).toMatchObject({
    standardError: null,
  });
  expect(scoreDifference({row: once, model: 'ordinary'}, {row: once, model: 'base'}, distance)).toBeNull();
});

it('takes losses image by image, in both directions, also of models that stand in another row of a study', () => {
  const to = 'held-out loss of the merged model, difference to';
  const first = cell(
    {[loss]: {base: [1, 1], ordinary: [0.9, 0.9]}, 'held-out loss, difference to the base': {ordinary: [-0.1, -0.1]}},
    0.01,
  );
  const row = cell({[loss]: {merged: [0.8, 0.8]}, [to]: {base: [-0.2, -0.2], ordinary: [-0.1, -0.1]}}, 0.02);
  const merged = {row, model: 'merged'};
  const ordinary = {row: first, model: 'ordinary'};
  expect(scoreDifference(merged, ordinary, loss)).toEqual({mean: -0.1, standardError: 0.02, paired: 'images'});
  expect(scoreDifference(ordinary, merged, loss)).toEqual({mean: 0.1, standardError: 0.02, paired: 'images'});
  const toBase = scoreDifference(ordinary, {row: first, model: 'base'}, loss);
  expect(toBase).toEqual({mean: -0.1, standardError: 0.01, paired: 'images'});
});

it('takes three standard errors for an effect', () => {
  expect([-0.31, -0.3, 0.4].map((mean) => isLess({mean, standardError: 0.1}))).toEqual([true, false, false]);
  expect(isLess({mean: -1, standardError: null})).toBe(false);
});
