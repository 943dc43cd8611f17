import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {benchmarkNames, type BenchmarkName} from '../../../../trainer/contract/benchmark/benchmarkPlan.ts';
import {PublishedRow} from '../../../../trainer/contract/benchmark/benchmarkResult.ts';
import {benchmarks} from '../../../../trainer/pipeline/benchmark/benchmarks.ts';
import {publishedResults} from '../../../../trainer/pipeline/benchmark/publishedResults.ts';

function value(name: BenchmarkName, score: PublishedRow['score'], method: string): number {
  const row = publishedResults[name].find((each) => each.score === score && each.method === method);
  return row?.value ?? NaN;
}

describe('the published results', () => {
  // The paper prints the gain over the base beside the numbers of its two methods.
  it.each([
    ['cifar10', 'FID', -0.63, -0.91],
    ['lsun-church', 'FID', -1.12, -3.42],
    ['lsun-bedroom', 'FID', -0.59, -0.62],
    ['sd-coco30k', 'FID', -0.64, -0.36],
    ['sd-coco30k', 'CLIP score', -0.03, 0.23],
    ['sd-imagenet1k', 'FID', -1.26, -0.39],
    ['sd-imagenet1k', 'CLIP score', -0.17, 0.02],
    ['sd-partiprompts', 'CLIP score', 0.24, 0.2],
  ] as const)('%s: %s differs from the base as the paper says', (name, score, ensemble, merged) => {
    const base = value(name, score, 'before finetuning');
    expect(value(name, score, 'DeMe ensemble') - base).toBeCloseTo(ensemble, 8);
    expect(value(name, score, 'DeMe merged') - base).toBeCloseTo(merged, 8);
  });

  it('are those of the table, baselines too', () => {
    const column = (name: BenchmarkName, score: PublishedRow['score']) =>
      publishedResults[name]
        .filter((row) => row.score === score && row.source.startsWith('Decouple'))
        .map((row) => row.value);
    expect(column('lsun-church', 'FID')).toEqual([10.69, 10.8, 10.81, 10.82, 10.77, 10.45, 10.43, 9.57, 7.27]);
    expect(column('sd-coco30k', 'FID')).toEqual([13.42, 13.92, 13.93, 13.92, 13.23, 13.39, 13.17, 12.78, 13.06]);
    expect(column('sd-imagenet1k', 'FID')).toEqual([27.62, 27.56, 27.6, 27.59, 26.92, 27.41, 26.91, 26.36, 27.23]);
  });

  it.each(benchmarkNames.filter((name) => name !== 'digits'))('agree with the head of the preset: %s', (name) => {
    const preset = readFileSync(new URL(`../../../../media/${benchmarks[name].preset}`, import.meta.url), 'utf8');
    const head = preset.split('\n')[1] ?? '';
    for (const [, score = '', before, merged] of head.matchAll(/(FID|CLIP score) ([\d.]+) before, ([\d.]+) merged/g)) {
      expect([before, merged].map(Number)).toEqual([
        value(name, score as 'FID' | 'CLIP score', 'before finetuning'),
        value(name, score as 'FID' | 'CLIP score', 'DeMe merged'),
      ]);
    }
    expect(head).toMatch(/before/);
  });

  it('say where they stand and how they were measured', () => {
    for (const row of Object.values(publishedResults).flat()) {
      expect(() => PublishedRow.parse(row)).not.toThrow();
      expect(row.source).toMatch(/table|figures/);
      expect(row.protocol).not.toBe('');
    }
  });
});
