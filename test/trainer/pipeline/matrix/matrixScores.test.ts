import {expect, it} from 'vitest';
import {Report} from '../../../../trainer/contract/run/report.ts';
import {matrixScores} from '../../../../trainer/pipeline/matrix/matrixScores.ts';
import {knownReport} from '../../../helpers/runs/knownRun.ts';

const report = (base: number, merged: number, changes: object = {}) =>
  Report.parse({...knownReport(base, merged), ...changes});
const byName = (reports: Report[]) =>
  new Map(matrixScores(reports).map(({score, model, ...numbers}) => [`${score}: ${model}`, numbers]));

it('are those of one run with its own errors', () => {
  const scores = byName([
    report(1, 0.75, {frechet: {base: 30, merged: 20}, kid: {merged: {mean: 2, standardError: 0.5}}}),
  ]);
  expect(scores.get('held-out loss: base')).toEqual({mean: 1, standardError: 1e-5, values: [1]});
  expect(scores.get('held-out loss, difference to the base: merged')).toEqual({
    mean: -0.25,
    standardError: 1e-5,
    values: [-0.25],
  });
  expect(scores.get('Fréchet distance: merged')).toEqual({mean: 20, standardError: null, values: [20]});
  expect(scores.get('KID: merged')).toEqual({mean: 2, standardError: 0.5, values: [2]});
});

it('are means over the repetitions, with the standard error of the mean', () => {
  const scores = byName([1, 3, 8].map((value) => report(1, 1 - value / 16, {frechet: {merged: value}})));
  // Mean 4, sample deviation sqrt(13), over sqrt(3).
  expect(scores.get('Fréchet distance: merged')).toEqual({
    mean: 4,
    standardError: expect.closeTo(Math.sqrt(13 / 3), 12) as number,
    values: [1, 3, 8],
  });
  expect(scores.get('held-out loss, difference to the base: merged')?.mean).toBeCloseTo(-0.25, 12);
});

it('keep the error of one measurement that all runs share', () => {
  const scores = byName([10, 12].map((value) => report(1, 0.75, {frechet: {merged: value}})));
  expect(scores.get('held-out loss: base')).toEqual({mean: 1, standardError: 1e-5, values: [1, 1]});
  expect(scores.get('Fréchet distance: merged')).toEqual({mean: 11, standardError: 1, values: [10, 12]});
  // Measured again by another engine.
  const again = byName([report(1, 0.75), report(1 + 5e-8, 0.75)]);
  expect(again.get('held-out loss: base')).toMatchObject({mean: 1, standardError: 1e-5});
});

it('tell models apart whose losses differ by less than those are known to', () => {
  const merged = (mean: number, difference: number) => ({
    mean,
    standardError: 0.1,
    differenceToBase: {mean: difference, standardError: 1e-5},
  });
  const run = (mean: number) => {
    const known = report(1, mean);
    return report(1, mean, {
      heldOut: {...known.heldOut, merged: {...known.heldOut['merged'], ...merged(mean, mean - 1)}},
    });
  };
  const scores = byName([run(0.75), run(0.7502)]);
  expect(scores.get('held-out loss: merged')?.standardError).toBeCloseTo(1e-4, 12);
  expect(scores.get('held-out loss: base')?.standardError).toBe(1e-5);
});

it('have the differences of the merged model to its rivals', () => {
  const against = (mean: number) => ({mean, standardError: 0.25});
  const scores = byName([
    report(1, 0.75, {mergedToOrdinary: against(-2), mergedToBaselines: {'baseline-p2': against(3)}}),
  ]);
  const name = (model: string) => scores.get(`held-out loss of the merged model, difference to: ${model}`);
  expect(name('base')).toEqual({mean: -0.25, standardError: 1e-5, values: [-0.25]});
  expect(name('ordinary')).toEqual({mean: -2, standardError: 0.25, values: [-2]});
  expect(name('baseline-p2')).toEqual({mean: 3, standardError: 0.25, values: [3]});
});

it('are told apart by the network that measured them, and leave out experts', () => {
  const heldOut = knownReport(1, 1)?.heldOut;
  const network = (name: string, value: number) => ({network: name, about: name, frechet: {merged: value}, kid: {}});
  const scores = byName([
    report(1, 1, {
      heldOut: {...heldOut, 'expert-0': heldOut?.['merged'], 'baseline-p2': heldOut?.['merged']},
      networks: [network('inception', 5), network('clip', 7)],
    }),
  ]);
  expect(scores.get('Fréchet distance (inception): merged')?.mean).toBe(5);
  expect(scores.get('Fréchet distance (clip): merged')?.mean).toBe(7);
  expect(scores.has('held-out loss: baseline-p2')).toBe(true);
  expect([...scores.keys()].some((name) => name.endsWith('expert-0'))).toBe(false);
});
