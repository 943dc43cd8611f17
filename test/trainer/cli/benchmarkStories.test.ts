import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import * as z from 'zod';
import type {BenchmarkName} from '../../../trainer/contract/benchmark/benchmarkPlan.ts';
import {BenchmarkResult, type BenchmarkRow} from '../../../trainer/contract/benchmark/benchmarkResult.ts';
import {writeStatistics} from '../../../trainer/evaluate/statisticsFile.ts';
import {createRandom} from '../../../trainer/random.ts';
import {readJson} from '../../../trainer/store/files/jsonFile.ts';
import {namesIn} from '../../../trainer/store/files/namesIn.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {writeBenchmarkBase, writeBenchmarkData} from '../../helpers/runs/benchmarkFolder.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {deme, demeJson, type CallOptions} from '../../helpers/machine/deme.ts';
import {testedEngines} from '../../helpers/engine/engines.ts';
import {linkOwnCache, writeRandomInception, writeSmallClip} from '../../helpers/models/featureCache.ts';
import {keepTable} from '../../helpers/measurements/keepTable.ts';
import {isLong, itLong} from '../../helpers/longTests.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {killNine, workersOf} from '../../torture/victims.ts';

useCpuBackend();

const scale = '0.0001';
const models = ['base', 'ordinary', 'ensemble', 'merged'];
const engine = testedEngines.at(-1) ?? 'wasm';

/** The user's cache, with random weights of the networks that measure where downloaded ones lie. */
let cache = '';
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'deme-benchmark-'));
  if (!isLong) return;
  await linkOwnCache(cache);
  await writeRandomInception(join(cache, 'features', 'inception'));
  await writeSmallClip(join(cache, 'features', 'clip-vit-b-32'), {tokenizer: true});
});
afterAll(() => rm(cache, {recursive: true, force: true}));

/** A folder with all that a benchmark needs, small, and how the benchmark is started there. */
async function standIn(name: BenchmarkName, options: (folder: string) => readonly string[] = () => []) {
  const folder = await temporaryFolder();
  await writeBenchmarkData(name, folder);
  await writeBenchmarkBase(name, join(folder, 'base'));
  const place = ['--dir', folder, '--base', join(folder, 'base'), '--scale', scale, '--engine', engine];
  const start = (more: readonly string[] = [], settings: CallOptions = {}) =>
    deme(['benchmark', name, ...place, ...options(folder), ...more], {...settings, env: {DEME_CACHE: cache}});
  const result = () => readJson(join(folder, `benchmark-scale-${scale}.json`), BenchmarkResult, 'the benchmark');
  return {folder, start, result, run: join(folder, '.deme', 'runs', `${name}-scale-${scale}-1`)};
}
type StandIn = Awaited<ReturnType<typeof standIn>>;

async function succeed({start}: StandIn): Promise<string> {
  const {code, stdout, stderr} = await start();
  expect(code, `${stderr}${stdout}`).toBe(0);
  return stdout;
}

/** Starts a benchmark and kills all its processes, as a power failure would, once it reports something. */
async function killAt({start, run}: StandIn, event: RegExp): Promise<void> {
  let seen = false;
  const killAll = async () => {
    const {owner, stages} = await workersOf(run);
    for (const pid of [owner, ...stages]) if (pid !== null) killNine(pid);
  };
  const onStart: CallOptions['onStart'] = (child) =>
    child.stdout.on('data', (chunk: Buffer) => {
      if (seen || !event.test(chunk.toString())) return;
      seen = true;
      void killAll();
    });
  const {code} = await start(['--json'], {onStart});
  expect([seen, code]).toEqual([true, null]);
}

/** The rows of a table: what must be in all of them. */
function expectRows({rows, ruler}: BenchmarkResult, scores: readonly string[], recipe: object): void {
  expect(rows.map(({model}) => model)).toEqual(models);
  expect(rows.map(({updates}) => updates)).toEqual([0, 16, 16, 16]);
  for (const row of rows) {
    expect(row.recipe).toMatchObject({images: 16, seed: 0, ...recipe});
    expect(row.recipe.tool).toMatch(/^deme-studio/);
    expect([...new Set(row.scores.map(({score}) => score))].sort()).toEqual([...scores].sort());
    for (const {score, value, scaled} of row.scores)
      expect([score, Number.isFinite(value), scaled]).toEqual([score, true, true]);
  }
  for (const {self} of ruler) expect(Math.abs(self)).toBeLessThan(1e-3);
}

/** A second start finds everything done, and the table is the same. */
async function expectTakenOver(benchmark: StandIn): Promise<void> {
  const before = await benchmark.result();
  const said = await succeed(benchmark);
  const stages = ['reference', 'ordinary', 'expert-0', 'expert-3', 'search', 'merge'];
  for (const stage of [...stages, ...models.map((model) => `evaluate-${model}`)])
    expect(said).toMatch(new RegExp(`${stage} +was done before, skipped`));
  expect(await benchmark.result()).toEqual(before);
}

/** What a result says of the models, wherever they lie. */
function numbers({rows, ruler, heldOut, weights}: BenchmarkResult) {
  return {rows, ruler, heldOut, weights};
}

const onWasm = () => ['--engine', 'wasm'];

it('of the digits comes to its table, and does nothing twice', {timeout: 300_000}, async () => {
  const digits = await standIn('digits', onWasm);
  await succeed(digits);
  const result = await digits.result();
  await keepTable('benchmark', join(digits.folder, `benchmark-scale-${scale}.json`));
  const recipe = {sampler: 'ddim', steps: 25, guidance: null, prompts: null, networks: [{name: 'digits'}]};
  expectRows(result, ['Fréchet distance', 'KID', 'precision', 'recall'], recipe);
  expect(result.unlike).toEqual([]);
  const page = await readFile(join(digits.folder, `benchmark-scale-${scale}.md`), 'utf8');
  const own = page.split('\n').filter((line) => line.includes('measured here'));
  expect(own.filter((line) => !line.includes('(scaled)'))).toEqual([]);
  expect(own).toHaveLength(4 * 4);
  await expectTakenOver(digits);
  expect(await namesIn(join(digits.folder, '.deme', 'runs'))).toHaveLength(1);
});

itLong('of the digits goes on after kills, to the same numbers', {timeout: 600_000}, async () => {
  const [whole, killed] = [await standIn('digits', onWasm), await standIn('digits', onWasm)];
  await succeed(whole);
  await killAt(killed, /"type":"checkpoint"/);
  await killAt(killed, /"what":"samples"/);
  await succeed(killed);
  expect(numbers(await killed.result())).toEqual(numbers(await whole.result()));
});

const inceptionScores = ['FID', 'KID', 'precision', 'recall', 'inception score'];
const clipScores = ['Fréchet distance', 'KID', 'precision', 'recall', 'CLIP score'];
const inception = {name: 'inception', published: null};
const clip = {name: 'clip', published: 'clip-vit-b-32'};
const unconditional = {sampler: 'ddim', eta: 0, guidance: null, prompts: null, networks: [inception]};
const text = {sampler: 'pndm', steps: 25, guidance: 7.5};

describe('a benchmark on small stand-ins of its data and of all weights', {timeout: 1_800_000}, () => {
  itLong.each([
    ['cifar10', 100],
    ['lsun-church', 50],
    ['lsun-bedroom', 50],
  ] as const)('%s', async (name, steps) => {
    const benchmark = await standIn(name);
    await succeed(benchmark);
    expectRows(await benchmark.result(), inceptionScores, {...unconditional, steps});
    await expectTakenOver(benchmark);
  });

  itLong('sd-coco30k, whose scores are those of `deme score` for the images that it kept', async () => {
    const referenceIn = (folder: string) => join(folder, 'val2014.tar');
    const benchmark = await standIn('sd-coco30k', (folder) => ['--keep-images', '--reference', referenceIn(folder)]);
    const reference = referenceIn(benchmark.folder);
    await succeed(benchmark);
    const result = await benchmark.result();
    const prompts = {count: 2, file: join(benchmark.folder, 'data', 'coco-val2014-30k.csv')};
    expectRows(result, [...new Set([...inceptionScores, ...clipScores])], {
      ...text,
      prompts,
      networks: [inception, clip],
    });
    await expectTakenOver(benchmark);

    const captions = join(benchmark.folder, 'captions.json');
    await writeFile(
      captions,
      JSON.stringify(Array.from({length: 16}, (_, i) => ['A dog, and a cat.', 'A bus.'][i % 2])),
    );
    for (const row of result.rows) {
      const images = runPaths.drawnImages(benchmark.run, row.model);
      const of = ['--images', images, '--reference', reference, '--features', 'inception,clip', '--captions', captions];
      const {scores} = await demeJson(Scored, ['score', ...of, '--engine', engine], {env: {DEME_CACHE: cache}});
      const [byInception, byClip] = scores;
      expectClose(valueOf(row, 'FID'), byInception?.frechetDistance);
      expectClose(valueOf(row, 'inception score'), byInception?.inceptionScore?.mean);
      expectClose(valueOf(row, 'precision'), byInception?.precisionRecall?.precision);
      expectClose(valueOf(row, 'recall'), byInception?.precisionRecall?.recall);
      expectClose(valueOf(row, 'CLIP score'), 100 * (byClip?.clipScore?.meanCosine ?? NaN));
    }
  });

  itLong('sd-imagenet1k, against statistics', async () => {
    const benchmark = await standIn('sd-imagenet1k');
    const statistics = join(benchmark.folder, 'data', 'VIRTUAL_imagenet256_labeled.npz');
    await writeStatistics(statistics, randomStatistics(2048));
    await succeed(benchmark);
    const prompts = {count: 3, file: join(benchmark.folder, 'prompts.txt')};
    const scores = ['FID', 'inception score', ...clipScores];
    const result = await benchmark.result();
    expect(result.ruler).toMatchObject([{images: null, split: null}, {images: 16}]);
    expectRows(result, scores, {...text, prompts, networks: [inception, clip]});
    await expectTakenOver(benchmark);
  });

  itLong('sd-partiprompts', async () => {
    const benchmark = await standIn('sd-partiprompts');
    await succeed(benchmark);
    const result = await benchmark.result();
    const prompts = {count: 2, file: join(benchmark.folder, 'data', 'PartiPrompts.tsv')};
    expectRows(result, clipScores, {...text, prompts, networks: [clip]});
    expect(result.unlike).toContain('Published numbers by clip are of clip-vit-g-14, and these are of clip-vit-b-32.');
    await expectTakenOver(benchmark);
  });
});

const Scored = z.looseObject({
  scores: z.array(
    z.looseObject({
      frechetDistance: z.number().optional(),
      inceptionScore: z.looseObject({mean: z.number()}).optional(),
      precisionRecall: z.looseObject({precision: z.number(), recall: z.number()}).optional(),
      clipScore: z.looseObject({meanCosine: z.number()}).optional(),
    }),
  ),
});

function valueOf({scores}: BenchmarkRow, name: string): number {
  return scores.find(({score}) => score === name)?.value ?? expect.fail(`there is no ${name}`);
}

function expectClose(value: number, expected = NaN): void {
  expect(Math.abs(value - expected)).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)));
}

/** Independent features of different variances. */
function randomStatistics(dimension: number) {
  const random = createRandom(1, 'statistics');
  const covariance = new Float64Array(dimension * dimension);
  for (let i = 0; i < dimension; i++) covariance[i * (dimension + 1)] = 0.01 + random.float();
  return {mean: Float64Array.from({length: dimension}, () => random.float()), covariance};
}
