import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {reportVerdict} from '../../../../trainer/contract/overview/reportVerdict.ts';
import {Report} from '../../../../trainer/contract/run/report.ts';
import type {Estimate} from '../../../../trainer/contract/scores/estimate.ts';

/** The report of a real run: by loss merged is better than the base, by Fréchet distance (34.83 and 32.14) worse. */
const real = Report.parse(
  JSON.parse(readFileSync(new URL('../../../../media/digits/full-report/report.json', import.meta.url), 'utf8')),
);
const lossOnly: Report = {...real, frechet: {}, kid: {}};

function withMerged(report: Report, differenceToBase: Estimate): Report {
  const {merged} = report.heldOut;
  if (merged === undefined) throw new Error('the report has no merged model');
  return {...report, heldOut: {...report.heldOut, merged: {...merged, differenceToBase}}};
}

function without(report: Report, ...models: string[]): Report {
  const kept = Object.entries(report.heldOut).filter(([model]) => !models.includes(model));
  return {...report, heldOut: Object.fromEntries(kept), mergedToOrdinary: null};
}

/** With a Fréchet distance of which the error is known; the base has 30. */
function withDistance(report: Report, toBase: Estimate): Report {
  const frechet = {base: 30, merged: 30 + toBase.mean};
  return {...report, frechet, frechetSpread: {merged: {standardError: 1, groups: 10, toBase}}};
}

const text = (report: Report) => reportVerdict(report).text;

describe('the verdict of a report', () => {
  it('says how far merged and ordinary model are from the base', () => {
    expect(reportVerdict(lossOnly)).toEqual({
      outcome: 'better',
      text: 'Merged is better than the base by 0.38 % (12 standard errors); an ordinary finetune by 0.65 %.',
      short: 'better than the base by 0.38 %',
    });
  });

  it('says that it is worse, and that an ordinary finetune is not', () => {
    const worse = withMerged(lossOnly, {mean: 5.3e-6, standardError: 1.5e-6});
    expect(text(worse)).toBe(
      'Merged is worse than the base by 0.02 % (3.5 standard errors); an ordinary finetune is better by 0.65 %.',
    );
    expect(reportVerdict(worse).outcome).toBe('worse');
  });

  it('calls less than two standard errors noise, whatever the sign', () => {
    for (const [mean, direction] of [
      [5.3e-6, 'higher'],
      [-5.3e-6, 'lower'],
    ] as const) {
      const report = without(withMerged(lossOnly, {mean, standardError: 5e-6}), 'ordinary');
      expect(reportVerdict(report)).toEqual({
        outcome: 'noise',
        text: `Merged is not better than the base, within noise: held-out loss 0.02 % ${direction} (1.1 standard errors).`,
        short: 'not better, within noise',
      });
    }
  });

  it('says both measures where they disagree, also where the error of the distance is not known', () => {
    expect(text(real)).toBe(
      'Merged is better than the base by held-out loss (0.38 %, 12 standard errors), but worse by Fréchet distance (8.37 %, its error is not known); an ordinary finetune is better by 0.65 % of the held-out loss.',
    );
    expect(reportVerdict(real).outcome).toBe('mixed');
    const other = withDistance(withMerged(without(lossOnly, 'ordinary'), {mean: 1e-4, standardError: 8e-6}), {
      mean: -2.2,
      standardError: 0.18,
    });
    expect(reportVerdict(other)).toEqual({
      outcome: 'mixed',
      text: 'Merged is worse than the base by held-out loss (0.38 %, 13 standard errors), but better by Fréchet distance (7.33 %, 12 standard errors).',
      short: 'worse by loss, better by Fréchet distance',
    });
  });

  it('says where they agree, and where only one is noise', () => {
    const report = without(lossOnly, 'ordinary');
    expect(text(withDistance(report, {mean: -2.2, standardError: 0.18}))).toBe(
      'Merged is better than the base by 0.38 % (12 standard errors), by Fréchet distance too (7.33 %, 12 standard errors).',
    );
    const noisy = reportVerdict(withDistance(report, {mean: 0.3, standardError: 0.9}));
    expect(noisy.text).toBe(
      'Merged is better than the base by held-out loss (0.38 %, 12 standard errors), but no better by Fréchet distance (1.00 %, within noise).',
    );
    expect(noisy.outcome).toBe('better');
  });

  it('takes the test of a search by distance, which has other seeds, before the distance of the report', () => {
    const tested = (model: string, distance: number, toBase: Estimate) => ({
      model,
      distances: [],
      distance: {mean: distance, standardError: 0.1},
      differenceToBase: toBase,
      toTraining: {mean: distance, standardError: 0.1},
    });
    const best = {mean: -2.2, standardError: 0.18};
    const test = {
      seeds: [1, 2],
      samples: 10,
      reference: 10,
      models: [tested('base', 28.8, {mean: 0, standardError: 0}), tested('best', 26.6, best)],
      verdict: {model: 'best', against: 'base', difference: best},
    };
    const search = real.search && {...real.search, objective: 'frechet' as const, test};
    expect(text({...real, search})).toContain('by Fréchet distance too (7.64 %, 12 standard errors)');
  });

  it('says that a merge without weights is the base, and not how many standard errors nothing is', () => {
    const nothing = {mean: 0, standardError: 0};
    const zero = withMerged({...lossOnly, weights: [0, 0, 0, 0], search: null}, nothing);
    expect(reportVerdict(zero)).toEqual({
      outcome: 'base',
      text: 'All merge weights are zero: this is the base; an ordinary finetune is better by 0.65 %.',
      short: 'all weights zero: the base',
    });
    const same = reportVerdict(withMerged({...lossOnly, search: null}, nothing));
    expect(same.text).toBe('Merged is the same as the base on every image; an ordinary finetune is better by 0.65 %.');
    expect(same.text).not.toMatch(/standard error|e[+-]\d/);
  });

  it('speaks of the ensemble where nothing was merged, and of nothing where only the base was measured', () => {
    expect(text(without(lossOnly, 'merged'))).toBe(
      'The ensemble of experts is better than the base by 0.53 % (39 standard errors).',
    );
    const base = without(lossOnly, 'merged', 'ensemble', 'ordinary');
    expect(reportVerdict(base).outcome).toBe('unmeasured');
  });
});
