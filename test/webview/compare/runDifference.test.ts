import {readFile} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';
import {Report} from '../../../trainer/contract/run/report.ts';
import {frechetDifference, lossDifference} from '../../../webview/compare/runDifference.ts';

const file = new URL('../../../media/digits/full-report/report.json', import.meta.url);
const report = Report.parse(JSON.parse(await readFile(file, 'utf8')));
const merged = report.heldOut['merged'];
const base = report.heldOut['base'];
if (merged === undefined || base === undefined) throw new Error('the report has no merged model');

/** The same report with another merged model, that many standard errors of its difference better. */
const better: Report = {
  ...report,
  heldOut: {
    ...report.heldOut,
    merged: {
      ...merged,
      mean: merged.mean - 3e-5,
      differenceToBase: {mean: merged.differenceToBase.mean - 3e-5, standardError: 6e-6},
    },
  },
};

describe('the held-out losses of two runs', () => {
  it('are compared by their paired differences to the same base', () => {
    const difference = lossDifference(better, report, 'merged');
    expect(difference?.mean).toBeCloseTo(-3e-5, 12);
    expect(difference?.standardError).toBeCloseTo(Math.hypot(6e-6, merged.differenceToBase.standardError), 12);
    expect(difference?.isPaired).toBe(true);
    // The loss itself has an error that is tens of times larger: by it nothing could be said.
    expect(merged.standardError / (difference?.standardError ?? NaN)).toBeGreaterThan(20);
  });

  it('are compared themselves where the bases differ', () => {
    const other: Report = {...better, heldOut: {...better.heldOut, base: {...base, mean: base.mean + 1e-9}}};
    const difference = lossDifference(other, report, 'merged');
    expect(difference).toMatchObject({
      isPaired: false,
      standardError: Math.hypot(merged.standardError, merged.standardError),
    });
    expect(difference?.mean).toBeCloseTo(-3e-5, 12);
    expect(lossDifference(report, report, 'nothing')).toBeNull();
  });
});

describe('the Fréchet distances of two runs', () => {
  const spreadOf = (mean: number, standardError: number) => ({
    standardError: 2,
    groups: 10,
    toBase: {mean, standardError},
  });
  const measured = (distance: number, mean: number): Report => ({
    ...report,
    frechet: {base: 40, merged: distance},
    frechetSpread: {base: {standardError: 2, groups: 10}, merged: spreadOf(mean, 0.3)},
  });
  const network = 'digits';

  it('are compared by their paired differences to the same base, and not where no error is known', () => {
    const [a, b] = [measured(35, -5), measured(37, -3)];
    const named = [a, b].map((each) => ({
      ...each,
      networks: [{network, about: '', frechet: each.frechet, kid: {}, frechetSpread: each.frechetSpread}],
    }));
    const [of, from] = named;
    if (of === undefined || from === undefined) throw new Error('no reports');
    const difference = frechetDifference(of, from, network, 'merged');
    expect(difference).toMatchObject({mean: -2, isPaired: true});
    expect(difference?.standardError).toBeCloseTo(Math.SQRT2 * 0.3, 12);
    expect(frechetDifference(of, from, 'another', 'merged')).toBeNull();
    expect(frechetDifference(report, report, network, 'merged')).toBeNull();
  });
});
