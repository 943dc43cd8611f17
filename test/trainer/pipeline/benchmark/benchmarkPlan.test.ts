import {rename, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {
  benchmarkNames,
  BenchmarkPlan,
  type BenchmarkName,
} from '../../../../trainer/contract/benchmark/benchmarkPlan.ts';
import {featureFolder} from '../../../../trainer/evaluate/featureWeights.ts';
import {benchmarkConfig, type BenchmarkRequest} from '../../../../trainer/pipeline/benchmark/benchmarkConfig.ts';
import {missingNeeds} from '../../../../trainer/pipeline/benchmark/benchmarkNeeds.ts';
import {planBenchmark} from '../../../../trainer/pipeline/benchmark/benchmarkPlan.ts';
import {
  writeBenchmarkBase,
  writeBenchmarkData,
  writeFeaturePlaceholders,
} from '../../../helpers/runs/benchmarkFolder.ts';
import {writeFilled} from '../../../helpers/models/fillRule.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

useCpuBackend();
beforeEach(async () => {
  vi.stubEnv('DEME_CACHE', await temporaryFolder());
});
afterEach(() => void vi.unstubAllEnvs());

async function plan(request: BenchmarkRequest): Promise<BenchmarkPlan> {
  return BenchmarkPlan.parse(await planBenchmark(request, await benchmarkConfig(request)));
}

/** A folder with all that a benchmark needs, small. */
async function readyRequest(name: BenchmarkName): Promise<BenchmarkRequest> {
  const folder = await temporaryFolder();
  await writeBenchmarkData(name, folder);
  await writeFeaturePlaceholders();
  const base = join(folder, 'base');
  await writeBenchmarkBase(name, base);
  const reference = name === 'sd-coco30k' || name === 'sd-imagenet1k' ? join(folder, 'val2014.tar') : undefined;
  return {name, folder, scale: 0.0001, reference, ...(name !== 'digits' && {base})};
}

describe('the plan of a benchmark', () => {
  it.each(benchmarkNames)('finds nothing missing where all is there: %s', async (name) => {
    const {needs, ready, updates, stages, drawing} = await plan(await readyRequest(name));
    expect(needs.filter(({problem}) => problem !== null)).toEqual([]);
    expect(ready).toBe(true);
    expect(updates).toMatchObject({expert: 4, experts: 4, ordinary: 16});
    expect(drawing.models).toEqual(['base', 'ordinary', 'ensemble', 'merged']);
    expect(drawing.images).toBe(16);
    expect(stages).toEqual(expect.arrayContaining(['ordinary', 'expert-3', 'search', 'merge', 'reference', 'report']));
  });

  it('says of each missing thing which file, where from and where to put it', async () => {
    const folder = await temporaryFolder();
    const {needs, ready} = await plan({name: 'sd-coco30k', folder, scale: 1});
    expect(ready).toBe(false);
    const error = missingNeeds('sd-coco30k', needs);
    expect(error?.code).toBe('benchmark-incomplete');
    for (const part of [
      'deme fetch CompVis/stable-diffusion-v1-4',
      join(folder, 'data', 'laion-aesthetics-6.5'),
      join(folder, 'data', 'coco-val2014-30k.csv'),
      join(folder, 'data', 'coco-val2014-256.npz'),
      'pt_inception-2015-12-05-6726825d.pth, 96 MB, licence Apache-2.0',
      'open_clip_model.safetensors, 5468 MB, licence MIT',
      '`deme fetch features inception`, or https://github.com/mseitzer/pytorch-fid/releases',
    ])
      expect(error?.message).toContain(part);
  });

  it('says what sets its numbers apart from the published ones', async () => {
    const request = await readyRequest('sd-partiprompts');
    const list = 'The list of prompts has 2 texts, not the 1632 of the benchmark.';
    const size = 'The base makes images of 128 x 128, and the published numbers are of 512 x 512.';
    expect((await plan(request)).unlike).toEqual([list, size]);
    await rename(featureFolder('clip-vit-g-14'), featureFolder('clip-vit-b-32'));
    const {unlike, needs} = await plan(request);
    expect(unlike).toEqual([
      list,
      size,
      'Published numbers by clip are of clip-vit-g-14, and these are of clip-vit-b-32.',
    ]);
    expect(needs.at(-1)).toMatchObject({what: expect.stringContaining('clip-vit-b-32') as string, problem: null});
    const changed = 'does not hold the published weights of inception: its SHA-256 is another.';
    expect((await plan(await readyRequest('cifar10'))).unlike).toEqual([expect.stringContaining(changed) as string]);
  });

  it('misses the tokenizer of CLIP before anything is drawn, and weights without a text tower', async () => {
    const request = await readyRequest('sd-partiprompts');
    const clip = featureFolder('clip-vit-g-14');
    const problem = async () => (await plan(request)).needs.at(-1)?.problem;
    await rm(join(clip, 'vocab.json'));
    expect(await problem()).toContain("The CLIP score needs the network's tokenizer, which is not here.");
    const weights = join(clip, 'open_clip_model.safetensors');
    await writeFilled(weights, new Map([['visual.conv1.weight', [8, 3, 4, 4]]]), 1);
    expect(await problem()).toContain('no text tower of CLIP');
  });

  it('draws the experts by themselves where it is asked to', async () => {
    const {drawing, stages} = await plan({...(await readyRequest('cifar10')), experts: true});
    expect(drawing.models).toHaveLength(8);
    expect(stages).toContain('evaluate-expert-3');
  });

  it('knows what latents and texts take of the cache, and of how many images a small run needs them', async () => {
    const folder = await temporaryFolder();
    const [whole, small] = await Promise.all([1, 0.0001].map((scale) => plan({name: 'sd-coco30k', folder, scale})));
    // F16: mean and deviation of 4 x 64 x 64 latents, and 77 x 768 numbers of a text, of all images and of those held out.
    const each = 2 * (2 * 4 * 64 * 64 + 77 * 768);
    expect(whole?.disk.encoded).toBe((212_776 + 2000) * each);
    expect(small?.disk.encoded).toBe((4 * 4 * 64 + 32) * each);
  });

  it('names a batch of CIFAR-10 that is missing', async () => {
    const request = await readyRequest('cifar10');
    await rm(join(request.folder, 'data', 'cifar-10-batches-bin', 'data_batch_3.bin'));
    const {needs} = await plan(request);
    const missing = needs.filter(({problem}) => problem !== null);
    expect(missing.map(({kind, problem}) => [kind, problem])).toEqual([['data', 'not there: data_batch_3.bin']]);
  });

  it('knows the size of the whole benchmark before anything is there', async () => {
    const folder = await temporaryFolder();
    const {updates, drawing, disk, time, ours} = await plan({name: 'cifar10', folder, scale: 1});
    expect(updates).toEqual({expert: 20_000, experts: 4, ordinary: 80_000, baselines: 0, images: 64});
    expect(drawing).toMatchObject({images: 50_000, sampler: 'ddim', steps: 100});
    // Five trainings, two checkpoints each, 16 bytes a parameter.
    expect(disk.checkpoints).toBe(5 * 2 * 16 * 36_237_827);
    expect(time).toBeNull();
    expect(ours).toContain(
      'decouple.dropout: false (the original was trained with 0.1, the released code finetunes without)',
    );
  });
});
