import {describe, expect, it} from 'vitest';
import {benchmarkConfig} from '../../../../trainer/pipeline/benchmark/benchmarkConfig.ts';
import {openSettings} from '../../../../trainer/pipeline/benchmark/openSettings.ts';
import {writeBenchmarkData} from '../../../helpers/benchmarkFolder.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

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

  it('reads the parquet files of LSUN where they are, else a folder of images', async () => {
    for (const [name, kind] of [
      ['lsun-bedroom', 'parquet'],
      ['lsun-church', 'images'],
    ] as const) {
      const folder = await temporaryFolder();
      await writeBenchmarkData(name, folder);
      const {config} = await benchmarkConfig({name, folder, scale: 1});
      expect(config.data).toMatchObject({kind, path: `data/${name}`});
    }
  });
});

it('finds what the comments of a preset call ours, by its place', () => {
  const preset = 'a:\n  b: 1 # paper\n  c:\n    d: [x, y] # default: why\n  e: {f: 2} # ours; each one\ng: 3 # ours\n';
  expect(openSettings(preset)).toEqual(['a.c.d: [x, y] (why)', 'a.e: {f: 2} (each one)', 'g: 3']);
});
