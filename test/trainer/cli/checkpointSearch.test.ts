import {mkdtemp, readdir, readFile, realpath, rm, truncate, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {WeightsRecord} from '../../../trainer/contract/run/pipeline.ts';
import {MergeRecord, ModelRecord} from '../../../trainer/contract/run/records.ts';
import {readJson} from '../../../trainer/store/files/jsonFile.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {modelHash} from '../../../trainer/store/weights/modelFolder.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {deme} from '../../helpers/machine/deme.ts';
import {mergedHash} from '../../helpers/runs/mergedHash.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../helpers/runs/tinyExperiment.ts';

const search = {strategy: 'cma-es', budget: 6, images: 4, timesteps: 1};
const checkpoints = {last: 3, budget: 40, sigma: 0.5};

/** Two experts with snapshots after every second update, of which the newest three are kept. */
async function experiment(folder: string, updates: number) {
  const often = {logEvery: 1, bucketEvery: 50, checkpointEvery: 3, optimizer: {learningRate: 3e-3}};
  const decouple = {ranges: 2, updates, batch: 4, ...often, snapshots: {every: 2, keep: 3}};
  const merge = {search: {...search, checkpoints}};
  const config = await writeTinyExperiment(folder, {decouple, evaluate: undefined, merge});
  return {folder, config, run: join(folder, '.deme', 'runs', 'tiny-1')};
}

const found = (run: string) => readJson(runPaths.weights(run), WeightsRecord, 'the weights');

async function done(args: string[]): Promise<string> {
  const {code, stdout, stderr} = await deme(args);
  expect(code, stderr + stdout).toBe(0);
  return stdout;
}

describe('a run that searches weights of checkpoints', {timeout: 600_000}, () => {
  useCpuBackend();
  let whole: Awaited<ReturnType<typeof experiment>>;

  beforeAll(async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'deme-test-')));
    whole = await experiment(folder, 8);
    expect(await done(['validate', whole.config])).toMatch(
      /snapshots: of each expert after the updates 6, 4, 2; \d+\.\d kB on the disk/,
    );
    await done(['run', whole.config]);
  }, 300_000);

  afterAll(() => rm(whole.folder, {recursive: true, force: true}));

  it('merges experts and snapshots with the weights that were found, and again to the same bytes', async () => {
    const {run, folder} = whole;
    const {weights, search: result} = await found(run);
    expect(result?.checkpoints?.updates).toEqual([8, 6, 4]);
    expect(result?.checkpoints?.weights).toHaveLength(6);
    // The search goes on where that over the experts ended, and what it found is better.
    const [first] = result?.checkpoints?.candidates ?? [];
    expect(first?.weights).toEqual([...weights, 0, 0, 0, 0]);
    expect(first?.loss).toBeCloseTo(result?.best.loss ?? NaN, 6);
    expect(result?.checkpoints?.loss).toBeLessThan(result?.best.loss ?? NaN);
    expect(result?.check?.models.at(-2)?.model).toBe('checkpoints');

    const merged = runPaths.model(run, 'merged');
    const recipe = await readJson(join(merged, 'merge.json'), MergeRecord, 'the merge');
    expect(recipe.experts.map(({weight}) => weight)).toEqual(result?.checkpoints?.weights);
    expect(recipe.experts.map(({name}) => name)).toEqual([
      'expert-0',
      'expert-1',
      ...[6, 4].flatMap((update) => [`expert-0-update-${update}`, `expert-1-update-${update}`]),
    ]);
    expect(recipe.warnings).toEqual([]);
    const again = join(folder, 'again');
    await done(['merge', '--recipe', merged, '--out', again]);
    expect(await modelHash(again)).toBe(await mergedHash(run));
    expect(await readFile(join(again, 'merge.json'))).toEqual(await readFile(join(merged, 'merge.json')));
  });

  it('keeps the weights that a shorter training ends with', async () => {
    const {run} = whole;
    expect((await readdir(runPaths.snapshots(run, 0))).sort()).toEqual(
      [2, 4, 6].map((update) => `expert-0-update-${update}`),
    );
    const snapshot = runPaths.snapshot(run, {expert: 0, update: 6});
    expect(await readJson(join(snapshot, 'deme.json'), ModelRecord, 'the record')).toMatchObject({
      role: 'snapshot',
      updates: 6,
      range: [0, 500],
    });
    const shorter = await experiment(await temporaryFolder(), 6);
    await done(['finetune', shorter.config]);
    expect(await modelHash(snapshot)).toBe(await modelHash(runPaths.model(shorter.run, 'expert-0')));

    // Trained on, it leaves what it would have left in one go: also the snapshot of where it ended first.
    await done(['extend', shorter.run, '--updates', '8']);
    expect((await readdir(runPaths.snapshots(shorter.run, 0))).sort()).toEqual(
      await readdir(runPaths.snapshots(run, 0)),
    );
    expect(await modelHash(runPaths.snapshot(shorter.run, {expert: 0, update: 6}))).toBe(await modelHash(snapshot));
  });

  it('takes its experts over for another number of checkpoints, with their snapshots', async () => {
    const {folder, config, run} = whole;
    await writeFile(config, (await readFile(config, 'utf8')).replace('"last": 3', '"last": 2'));
    const text = await done(['run', config]);
    expect(text).toContain('expert-0: taken over from tiny-1');
    expect(text).toMatch(/search: again, merge\.search\.checkpoints\.last changed/);
    const next = join(folder, '.deme', 'runs', 'tiny-2');
    expect((await found(next)).search?.checkpoints?.updates).toEqual([8, 6]);
    expect(await modelHash(runPaths.snapshot(next, {expert: 1, update: 2}))).toBe(
      await modelHash(runPaths.snapshot(run, {expert: 1, update: 2})),
    );
  });

  it('makes snapshots again that are damaged or gone, to the same result', async () => {
    const {run} = whole;
    const [wanted, settled] = [await mergedHash(run), await found(run)];
    const damaged = runPaths.snapshot(run, {expert: 0, update: 4});
    const snapshot = await modelHash(damaged);
    await truncate(join(damaged, 'unet', 'diffusion_pytorch_model.safetensors'), 99);
    // Of an expert whose model is damaged, too, it must not be recorded as it is.
    await truncate(join(runPaths.model(run, 'expert-0'), 'unet', 'diffusion_pytorch_model.safetensors'), 99);
    await rm(runPaths.snapshot(run, {expert: 1, update: 6}), {recursive: true});
    await truncate(runPaths.state(run), 0);
    const text = await done(['resume', run]);
    expect(text).toMatch(/expert-0: again, models\/expert-0\/\S+ was changed or damaged/);
    expect(await modelHash(damaged)).toBe(snapshot);
    expect(text).toMatch(/expert-1: again, snapshots\/expert-1\/\S+ is missing/);
    expect(await mergedHash(run)).toBe(wanted);
    expect(await found(run)).toEqual(settled);
  });
});
