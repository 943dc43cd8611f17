import {describe, expect, it} from 'vitest';
import type {BenchmarkResult} from '../../../../trainer/contract/benchmark/benchmarkResult.ts';
import {benchmarkConfig} from '../../../../trainer/pipeline/benchmark/benchmarkConfig.ts';
import {benchmarkMarkdown} from '../../../../trainer/pipeline/benchmark/benchmarkMarkdown.ts';
import {planBenchmark} from '../../../../trainer/pipeline/benchmark/benchmarkPlan.ts';
import {benchmarkResult} from '../../../../trainer/pipeline/benchmark/benchmarkResult.ts';
import {hoursAt} from '../../../../trainer/pipeline/benchmark/benchmarkTime.ts';
import {knownReport} from '../../../helpers/runs/knownRun.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const network = {
  name: 'inception',
  dimension: 2048,
  preprocessing: '299 x 299',
  weights: {source: 'pt_inception.pth', sha256: 'a'.repeat(64)},
};

/** The result of CIFAR-10 for made-up distances. */
async function resultAt(scale: number): Promise<BenchmarkResult> {
  const request = {name: 'cifar10' as const, folder: await temporaryFolder(), scale};
  const derived = await benchmarkConfig(request);
  const report = knownReport(0.03, 0.02) ?? expect.fail();
  const estimate = {mean: 0.001, standardError: 0.0002};
  const findings = {
    plan: await planBenchmark(request, derived),
    config: derived.config,
    run: 'cifar10-1',
    report: {
      ...report,
      frechet: {base: 4.5, merged: 3.6, 'expert-0': 9},
      kid: {base: estimate, merged: estimate},
      warnings: [],
      recipe: {reference: {part: 'test', images: 10_000}, featureNetwork: network},
    },
    ruler: [{network: 'inception', images: 10_000, self: 0, split: 1.5}],
    prompts: null,
    tool: 'deme-studio 1',
  };
  return benchmarkResult(findings);
}

describe('the result of a benchmark', () => {
  it('has our models with their scores and recipe beside the published ones', async () => {
    const {rows, published, scale} = await resultAt(1);
    expect(scale).toBe(1);
    expect(rows.map(({model, updates}) => [model, updates])).toEqual([
      ['base', 0],
      ['merged', 80_000],
    ]);
    const common = {network: 'inception', reference: '10000 test images', scaled: false};
    expect(rows[1]?.scores).toEqual([
      {...common, score: 'FID', value: 3.6},
      {...common, score: 'KID', value: 0.001, standardError: 0.0002},
    ]);
    expect(rows[1]?.recipe).toMatchObject({
      images: 50_000,
      sampler: 'ddim',
      steps: 100,
      networks: [{...network, published: null}],
    });
    expect(published).toHaveLength(9);
  });

  it('marks every number of a small run', async () => {
    const result = await resultAt(0.01);
    expect(result.rows.flatMap(({scores}) => scores.map(({scaled}) => scaled))).toEqual([true, true, true, true]);
    const page = benchmarkMarkdown(result);
    expect(page).toContain('| merged, measured here | 3.600 (scaled) |');
    const own = page.split('\n').filter((line) => /measured here|^\| (base|merged) \|/.test(line));
    expect(own.filter((line) => !line.includes('(scaled)'))).toEqual([]);
    expect(own).toHaveLength(6);
  });

  it('shows the published numbers with source and protocol', async () => {
    const page = benchmarkMarkdown(await resultAt(1));
    expect(page).toContain(
      '| merged, measured here | 3.600 | 50000 images; ddim, 100 steps; by pt_inception.pth; against 10000 test images; 80000 updates |',
    );
    expect(page).toContain('| DeMe merged | 3.51 | Decouple-Then-Merge, CVPR 2025, table 1, CIFAR10; 50,000 images;');
    expect(page).not.toContain('scaled');
  });
});

it('has the scores of the images alone beside those of the paper', async () => {
  const request = {name: 'sd-partiprompts' as const, folder: await temporaryFolder(), scale: 1};
  const derived = await benchmarkConfig(request);
  const clip = {meanCosine: 0.2978, standardError: 0.0004, torchmetrics: 29.78, clipScorePaper: 0.7445, prompts: 1632};
  const result = await benchmarkResult({
    plan: await planBenchmark(request, derived),
    config: derived.config,
    run: 'sd-partiprompts-1',
    report: {
      ...(knownReport(0.03, 0.02) ?? expect.fail()),
      precisionRecall: {base: {precision: 0.7, recall: 0.5, neighbours: 3}},
      clipScore: {base: clip},
      recipe: {reference: {part: 'test', images: 1000}, featureNetwork: {...network, name: 'clip'}},
    },
    ruler: [],
    prompts: {file: 'PartiPrompts.tsv', count: 1632, sha256: 'b'.repeat(64)},
    tool: 'deme-studio 1',
  });
  const common = {network: 'clip', scaled: false};
  expect(result.rows[0]?.scores).toEqual([
    {...common, score: 'precision', value: 0.7, reference: '1000 test images'},
    {...common, score: 'recall', value: 0.5, reference: '1000 test images'},
    {...common, score: 'CLIP score', value: 29.78, standardError: 0.04, reference: null},
  ]);
  expect(benchmarkMarkdown(result)).toContain(
    '| base, measured here | 29.7800 ± 0.0400 | 1632 images; pndm, 25 steps; guidance 7.5; 1632 prompts bbbbbbbb; by pt_inception.pth; 0 updates |',
  );
});

it('reckons the hours from the pace of an update and of an image', async () => {
  const {config} = await benchmarkConfig({name: 'cifar10', folder: 'x', scale: 1});
  const updates = new Map([
    ['expert-0', 0.18],
    ['ordinary', 0.09],
  ]);
  // 4 x 20,000 updates of 0.18 s, 80,000 of 0.09 s; 4 models x 50,000 images of 0.018 s.
  const {training, drawing} = hoursAt({updates, image: 0.018}, config);
  expect(training).toBeCloseTo(6);
  expect(drawing).toBeCloseTo(1);
  expect(hoursAt({updates: new Map(), image: null}, config)).toEqual({training: null, drawing: null});
});
