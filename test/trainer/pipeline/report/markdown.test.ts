import {describe, expect, it} from 'vitest';
import {differenceText} from '../../../../trainer/contract/run/report.ts';
import {reportMarkdown} from '../../../../trainer/pipeline/report/markdown.ts';
import {knownReport} from '../../../helpers/knownRun.ts';

/** The sentence about merged model and base. */
function verdict(mean: number, standardError: number): string | undefined {
  const report = knownReport(0.02, 0.02);
  const merged = report?.heldOut['merged'];
  if (report === null || merged === undefined) throw new Error('no report');
  merged.differenceToBase = {mean, standardError};
  return reportMarkdown('digits-1', report, []).split('\n\n')[1]?.split('\n')[0];
}

describe('the report in words', () => {
  it('calls a merge that changes nothing the same, not worse', () => {
    expect(verdict(0, 0)).toBe('The merged model against the base: the same held-out loss on every image.');
    expect(differenceText({mean: 0, standardError: 0})).toBe('±0');
    expect(differenceText({mean: 0, standardError: 1e-5})).toBe('+0.00e+0 ± 1.0e-5');
  });

  it('has a row for each model and network, where there are several', () => {
    const kid = {base: {mean: 0.01, standardError: 0.002}};
    const networks = [
      {network: 'digits', about: 'of digits', frechet: {base: 1.5}, kid},
      {network: 'clip', about: 'of texts', frechet: {base: 0.25}, kid: {}},
    ];
    const report = knownReport(0.02, 0.02) ?? expect.fail();
    const text = reportMarkdown('digits-1', {...report, frechet: {base: 1.5}, kid, networks}, []);
    expect(text).toContain(
      [
        '| network | model | Fréchet distance | KID |',
        '| --- | --- | --- | --- |',
        '| digits | base | 1.500 | 0.0100 ± 0.0020 |',
        '| clip | base | 0.250 |  |',
      ].join('\n'),
    );
    expect(text).toContain('digits: of digits.\n\nclip: of texts.');
    expect(reportMarkdown('digits-1', {...report, frechet: {base: 1.5}, kid}, [])).toContain(
      '| model | Fréchet distance | KID |\n| --- | --- | --- |\n| base | 1.500 | 0.0100 ± 0.0020 |',
    );
  });

  it('says which is better, by how many standard errors, and what is noise', () => {
    expect(verdict(-4e-5, 1e-5)).toMatch(/-4\.000e-5 ± 1\.0e-5, lower \(better\) by 4\.0 standard errors\.$/);
    expect(verdict(1e-5, 1e-5)).toMatch(/higher \(worse\) by 1\.0 standard errors, which is within noise\.$/);
  });
});
