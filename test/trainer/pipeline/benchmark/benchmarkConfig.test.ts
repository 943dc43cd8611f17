import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {benchmarkConfig} from '../../../../trainer/pipeline/benchmark/benchmarkConfig.ts';
import {planBenchmark} from '../../../../trainer/pipeline/benchmark/benchmarkPlan.ts';
import {hoursAt} from '../../../../trainer/pipeline/benchmark/benchmarkTime.ts';
import {openSettings} from '../../../../trainer/pipeline/benchmark/openSettings.ts';
import {writeBenchmarkData} from '../../../helpers/runs/benchmarkFolder.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyPipeline} from '../../../helpers/runs/tinyTextExperiment.ts';

describe('the config of a benchmark', () => {
  it('is the preset with an ordinary finetune and the measurement of the paper', async () => {
    const {text, config} = await benchmarkConfig({name: 'cifar10', folder: 'x', scale: 1});
    expect(config).toMatchObject({
      name: 'cifar10',
      ordinary: true,
      decouple: {updates: 20_000, batch: 16, accumulation: 4, checkpointEvery: 1000},
      evaluate: {features: ['inception'], samples: 50_000, sampling: {sampler: 'ddim', steps: 100}},
    });
    expect(text).toContain('probability: 0.3 # code');
  });

  it('has what the paper compares with as baselines where they are asked for, and says what it chose', async () => {
    const request = {name: 'cifar10', folder: 'x', scale: 1, baselines: true} as const;
    const derived = await benchmarkConfig(request);
    expect(derived.config.baselines).toMatchObject({
      snr1: {lossWeighting: {kind: 'snr+1'}},
      'trun-snr': {lossWeighting: {kind: 'truncated-snr'}},
      'min-snr': {lossWeighting: {kind: 'min-snr', gamma: 5}},
      p2: {lossWeighting: {kind: 'p2', k: 1, gamma: 1}},
      'ant-uw': {lossWeighting: {kind: 'uncertainty', clusters: 5}},
    });
    const plan = await planBenchmark(request, derived);
    expect(plan.updates).toMatchObject({ordinary: 80_000, baselines: 5});
    expect(plan.drawing.models.slice(1, 7)).toEqual([
      'ordinary',
      'baseline-snr1',
      'baseline-trun-snr',
      'baseline-min-snr',
      'baseline-p2',
      'baseline-ant-uw',
    ]);
    expect(plan.ours.at(-1)).toContain('multipliers above 100 are cut');
    // Six finetunes of 80,000 updates beside the experts' 80,000, and 9 models x 50,000 images.
    const hours = hoursAt({updates: new Map([['expert-0', 0.09]]), image: 0.018}, derived.config);
    expect(hours.training).toBeCloseTo(14);
    expect(hours.drawing).toBeCloseTo(2.25);
  });

  it('scales updates, images and candidates, and says so at each', async () => {
    const {text, config, file} = await benchmarkConfig({name: 'cifar10', folder: 'x', scale: 0.01});
    expect(file).toMatch(/cifar10-scale-0\.01\.deme\.yaml$/);
    expect(config).toMatchObject({
      name: 'cifar10-scale-0.01',
      data: {validation: 16, test: 100},
      decouple: {updates: 200, checkpointEvery: 200, batch: 16, accumulation: 4, optimizer: {learningRate: 5e-5}},
      merge: {search: {budget: 8, images: 8}},
      evaluate: {samples: 500, heldOut: {images: 10}, grid: 64, sampling: {steps: 100}},
    });
    expect(text).toContain('updates: 200 # scaled from 20000');
    expect(text).not.toContain('updates: 200 # paper');
  });

  it('goes below no minimum', async () => {
    const {config} = await benchmarkConfig({name: 'digits', folder: 'x', scale: 1e-9});
    expect(config).toMatchObject({
      data: {validation: 16, test: 16},
      decouple: {updates: 4, checkpointEvery: 4, schedule: {warmup: 0}},
      merge: {search: {budget: 8, images: 8}},
      evaluate: {samples: 16, grid: 16, heldOut: {images: 8}},
    });
  });

  it.each([
    ['lsun-bedroom', undefined, 'parquet'],
    ['lsun-church', undefined, 'images'],
    ['sd-coco30k', undefined, 'webdataset'],
    // As BK-SDM unpacks it.
    ['sd-coco30k', 'pictures', 'images'],
    ['lsun-church', 'nothing', 'images'],
  ] as const)('reads the data of %s in the format in which it is there: %s %s', async (name, given, kind) => {
    const folder = await temporaryFolder();
    await writeBenchmarkData(name, folder);
    const data = given && join(folder, given);
    const {config} = await benchmarkConfig({name, folder, scale: 1, ...(data && {data})});
    expect(config.data?.kind).toBe(kind);
  });

  it('takes images of the size of its base', async () => {
    const folder = await temporaryFolder();
    await writeTinyPipeline(join(folder, 'base'));
    const {config, text} = await benchmarkConfig({name: 'sd-coco30k', folder, scale: 1, base: join(folder, 'base')});
    expect(config.data).toMatchObject({resolution: 128});
    expect(text).toContain('resolution: 128 # that of the base, in place of 512');
  });

  it('encodes no more images for a small run than that draws', async () => {
    const limits = [1, 0.5, 0.001].map(async (scale) => {
      const {config} = await benchmarkConfig({name: 'sd-imagenet1k', folder: 'x', scale});
      return config.data?.limit;
    });
    // Four times 20 updates of 64 images by the ordinary finetune.
    expect(await Promise.all(limits)).toEqual([undefined, undefined, 4 * 20 * 64]);
  });
});

it('finds what the comments of a preset call ours, by its place', () => {
  const preset = 'a:\n  b: 1 # paper\n  c:\n    d: [x, y] # default: why\n  e: {f: 2} # ours; each one\ng: 3 # ours\n';
  expect(openSettings(preset)).toEqual(['a.c.d: [x, y] (why)', 'a.e: {f: 2} (each one)', 'g: 3']);
});
