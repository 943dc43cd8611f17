import {describe, expect, it} from 'vitest';
import type {NetworkDistances} from '../../../../trainer/contract/run/report.ts';
import {differenceText} from '../../../../trainer/contract/scores/estimate.ts';
import {reportMarkdown} from '../../../../trainer/pipeline/report/markdown.ts';
import {knownReport} from '../../../helpers/runs/knownRun.ts';

/** The verdict, and the sentence about merged model and base. */
function verdicts(mean: number, standardError: number): readonly (string | undefined)[] {
  const report = knownReport(0.02, 0.02);
  const merged = report?.heldOut['merged'];
  if (report === null || merged === undefined) throw new Error('no report');
  merged.differenceToBase = {mean, standardError};
  const [, headline, sentences] = reportMarkdown('digits-1', report, []).split('\n\n');
  return [headline, sentences?.split('\n')[0]];
}

describe('the report in words', () => {
  it('calls a merge that changes nothing the same, not worse', () => {
    expect(verdicts(0, 0)).toEqual([
      '**Merged is the same as the base on every image.**',
      'The merged model against the base: the same held-out loss on every image.',
    ]);
    expect(differenceText({mean: 0, standardError: 0})).toBe('±0');
    expect(differenceText({mean: 0, standardError: 1e-5})).toBe('+0.00e+0 ± 1.0e-5');
  });

  it('has a row for each score and network, where the best is bold', () => {
    const kid = {base: {mean: 0.01, standardError: 0.002}};
    const frechetSpread = {
      base: {standardError: 0.25, groups: 10},
      merged: {standardError: 0.2, groups: 10, toBase: {mean: -0.25, standardError: 0.05}},
    };
    const networks: NetworkDistances[] = [
      {network: 'digits', about: 'of digits', frechet: {base: 1.5, merged: 1.25}, kid, frechetSpread},
      {network: 'clip', about: 'of texts', frechet: {base: 0.25}, kid: {}},
    ];
    const recipe = {sampling: {images: 64, steps: 50, eta: 0, seed: 3}, reference: {part: 'test', images: 100}};
    const report = {...(knownReport(0.02, 0.019) ?? expect.fail()), recipe, kid};
    const rows = reportMarkdown('digits-1', {...report, networks}, []).split('\n');
    const drawn = "64 images, the model's sampler in 50 steps, seed 3, by digits, against 100 test images";
    const row = (start: string) => rows.find((line) => line.startsWith(`| ${start}`));
    expect(row('score')).toBe('| score | network | base (baseline) | merged | recipe |');
    expect(row('held-out loss (')).toContain('|  | 0.020000 ± 0.000010 | **0.019000 ± 0.000010** |');
    expect(row('held-out loss, diff')).toContain('|  |  | -0.001000 ± 0.000010, -5.00 % (better) |');
    expect(row('Fréchet distance (')).toBe(
      `| Fréchet distance (lower is better) | digits | 1.50 ± 0.25 | **1.25 ± 0.20** | ${drawn}; ± a standard error by a jackknife over 10 groups of the images |`,
    );
    expect(row('Fréchet distance, diff')).toContain('| digits |  | -0.250 ± 0.050, -16.67 % (better) |');
    expect(row('KID')).toContain('| digits | 0.0100 ± 0.0020 |  |');
    expect(rows.filter((line) => line.includes('| clip | 0.2500 |  | 64 images'))).toHaveLength(1);
    expect(rows).toContain('digits: of digits.');
    const single = reportMarkdown('digits-1', {...report, frechet: {base: 1.5}}, []);
    expect(single).toContain('| Fréchet distance (lower is better) | features | 1.500 |  |');
    expect(single).toContain('no interval, which needs features that are kept');
  });

  it('calls each expert by its number and timesteps, in tables and lists', () => {
    const report = knownReport(0.02, 0.019) ?? expect.fail();
    const base = report.heldOut['base'] ?? expect.fail();
    const loss = {mean: 0.02, standardError: 1e-5};
    const perRange = [
      {range: [0, 250] as [number, number], ...loss},
      {range: [250, 1000] as [number, number], ...loss},
    ];
    const expert = {...base, perRange, perRangeDifference: perRange};
    const origin = 'half of expert-0 and expert-1';
    const search = {
      strategy: 'quadratic' as const,
      best: {weights: [1, 0], loss: 0.02, origin},
      candidates: [{weights: [0.5, 0.5], loss: 0.02, origin}],
      base: 0.03,
    };
    const text = reportMarkdown(
      'digits-1',
      {...report, search, heldOut: {base: {...base, perRange}, 'expert-1': expert}, stageSeconds: {'expert-1': 12}},
      [],
    );
    expect(text).toContain('| score | network | base (baseline) | expert 1, t 250 to 999 | recipe |');
    expect(text).toMatch(/^\| expert 1, t 250 to 999 \| [+-]/m);
    expect(text).toContain('(they overlap): expert 1: 12.');
    expect(text).toContain('| half of expert 0, t 0 to 249 and expert 1, t 250 to 999 |');
    expect(text).not.toContain('expert-');
  });

  it('says which is better, by how many standard errors, and what is noise', () => {
    expect(verdicts(-4e-5, 1e-5)).toEqual([
      '**Merged is better than the base by 0.20 % (4.0 standard errors).**',
      expect.stringMatching(/-4\.000e-5 ± 1\.0e-5, lower \(better\) by 4\.0 standard errors\.$/),
    ]);
    expect(verdicts(1e-5, 1e-5)).toEqual([
      expect.stringContaining('not better than the base, within noise'),
      expect.stringMatching(/higher \(worse\) by 1\.0 standard errors, which is within noise\.$/),
    ]);
  });
});
