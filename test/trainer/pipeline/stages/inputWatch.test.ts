import {cp, link, mkdir, readFile, rename, rm, stat, utimes, writeFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {describe, expect, it} from 'vitest';
import {parseConfig} from '../../../../trainer/contract/config/parseConfig.ts';
import {UserError} from '../../../../trainer/contract/errors.ts';
import type {ResolvedConfig} from '../../../../trainer/contract/run/pipeline.ts';
import {readInputs, settleInputs} from '../../../../trainer/pipeline/graph/runInputs.ts';
import {jointStamp} from '../../../../trainer/pipeline/graph/stageFacts.ts';
import {writeStageRecord} from '../../../../trainer/store/run/stageRecord.ts';
import {hashOutputs} from '../../../../trainer/pipeline/graph/stageOutputs.ts';
import {InputWatch, watchInputs} from '../../../../trainer/pipeline/stages/inputWatch.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyBase, writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

const weightsOf = (model: string) => join(model, 'unet', 'diffusion_pytorch_model.safetensors');

interface Watched {
  readonly folder: string;
  readonly run: string;
  readonly resolved: ResolvedConfig;
  readonly watch: InputWatch;
  /** Another model of the same architecture. */
  readonly other: string;
}

/** A run that has just begun, with two given experts or with trained ones. */
async function watched(given = true): Promise<Watched> {
  const folder = await temporaryFolder();
  const experts = given
    ? [
        {model: 'low', range: [0, 500]},
        {model: 'high', range: [500, 1000]},
      ]
    : undefined;
  const file = await writeTinyExperiment(folder, given ? {experts, decouple: undefined} : {});
  for (const [i, name] of ['low', 'high', 'other'].entries()) await writeTinyBase(join(folder, name), i + 2);
  const config = parseConfig(await readFile(file, 'utf8'), file);
  const resolved = {folder, baseFolder: resolve(folder, 'base'), config};
  const run = join(folder, 'run');
  await mkdir(run);
  await settleInputs(run, resolved, () => expect.fail('nothing has changed'));
  return {folder, run, resolved, watch: await watchInputs(run, resolved), other: join(folder, 'other')};
}

const base = [{kind: 'base'} as const];
const second = [{kind: 'expert', index: 1} as const];
const changed = {code: 'input-changed'};
const ignore = () => undefined;

describe('what a stage reads', () => {
  useCpuBackend();

  it('is passed on where it is what the run began with', async () => {
    const {watch} = await watched();
    expect(await watch.reading([...base, ...second], () => Promise.resolve(7))).toBe(7);
    expect((await watch.openData(ignore, ignore)).train.size).toBe(24);
    await watch.check();
    // As a merge does it with the components of the base.
    const carried = (file: string) =>
      link(file, `${file}.carried`).then(() => rename(`${file}.carried`, join(file, '../../../carried')));
    expect(await watch.reading(base, () => carried(weightsOf(join(watch.resolved.folder, 'base'))).then(() => 8))).toBe(
      8,
    );
    expect(await watch.ranges(1000)).toEqual([
      [0, 500],
      [500, 1000],
    ]);
  });

  it.each([
    ['a base with other weights', 'base', 'weights of the base'],
    ['another given expert', 'high', 'Expert 1'],
  ])('is refused where it is %s', async (_, name, what) => {
    const {folder, watch, other} = await watched();
    await cp(weightsOf(other), weightsOf(join(folder, name)));
    const read = () => Promise.resolve(expect.fail('it is read'));
    const reading = watch.reading([...base, ...second], read);
    await expect(reading).rejects.toMatchObject({...changed, message: expect.stringContaining(what) as string});
  });

  it.each(['unet/config.json', 'scheduler/scheduler_config.json'])(
    'is refused where %s of the base is another',
    async (name) => {
      const {folder, watch} = await watched();
      const file = join(folder, 'base', name);
      const config = JSON.parse(await readFile(file, 'utf8')) as object;
      const other = name.startsWith('unet') ? {freq_shift: 1} : {beta_end: 0.03};
      await writeFile(file, JSON.stringify({...config, ...other}));
      await expect(watch.reading(base, () => Promise.resolve())).rejects.toMatchObject(changed);
    },
  );

  it('is passed on where a config of the base is only laid out in another way', async () => {
    const {folder, watch} = await watched();
    const file = join(folder, 'base', 'unet', 'config.json');
    await writeFile(file, JSON.stringify(JSON.parse(await readFile(file, 'utf8'))));
    await watch.reading(base, () => Promise.resolve());
  });

  it('is refused where a file changes while it is read, also for another with the same size and times, and for a moment', async () => {
    const {folder, watch, other} = await watched();
    const file = weightsOf(join(folder, 'base'));
    const {atime, mtime} = await stat(file);
    const swapped = watch.reading(base, async () => {
      await rename(file, `${file}.kept`);
      await cp(weightsOf(other), file);
      await utimes(file, atime, mtime);
      await rename(`${file}.kept`, file);
      await utimes(file, atime, mtime);
    });
    await expect(swapped).rejects.toMatchObject({...changed, where: file});
  });

  it('is refused where a folder takes the place of another while it is read', async () => {
    const {folder, watch, other} = await watched();
    const swapped = watch.reading(second, async () => {
      await rename(join(folder, 'high'), join(folder, 'away'));
      await rename(other, join(folder, 'high'));
    });
    await expect(swapped).rejects.toMatchObject(changed);
  });

  it('is refused where a model of the run is not the one that its stage has left', async () => {
    const {run, watch, other} = await watched(false);
    const expert = runPaths.model(run, 'expert-1');
    await writeTinyBase(expert, 9);
    const outputs = await hashOutputs(run, {kind: 'expert', index: 1});
    await writeStageRecord(run, {stage: 'expert-1', seconds: 1, finished: new Date().toISOString(), outputs});
    await watch.reading(second, () => Promise.resolve());
    await cp(weightsOf(other), weightsOf(expert));
    await expect(watch.reading(second, () => Promise.resolve())).rejects.toMatchObject({code: 'result-changed'});
  });

  it('may not have other timesteps of the experts', async () => {
    const {resolved, run, watch} = await watched();
    const other = structuredClone(resolved);
    Object.assign(other.config.experts?.[0] ?? {}, {range: [0, 400]});
    Object.assign(other.config.experts?.[1] ?? {}, {range: [400, 1000]});
    await expect((await InputWatch.open(run, other, watch.begun)).ranges(1000)).rejects.toMatchObject(changed);
  });
});

describe('the images of a stage', () => {
  useCpuBackend();

  it('may not have changed since the run began', async () => {
    const {folder, watch} = await watched();
    await writeFile(join(folder, 'images', 'new.png'), '');
    await expect(watch.openData(ignore, ignore)).rejects.toMatchObject(changed);
  });

  it.each([
    ['is written again', (file: string) => readFile(file).then((bytes) => writeFile(file, bytes))],
    ['is removed', (file: string) => rm(file)],
    ['is replaced', (file: string) => cp(join(file, '..', '8.png'), file)],
  ])('may not change while it works, as where one %s', async (_, change) => {
    const {folder, watch} = await watched();
    await watch.openData(ignore, ignore);
    await watch.check();
    const file = join(folder, 'images', '7.png');
    await change(file);
    await expect(watch.check()).rejects.toMatchObject({...changed, where: file});
  });

  it('are named where one changes and the stage fails at it', async () => {
    const {folder, watch} = await watched();
    const file = join(folder, 'images', '7.png');
    const damaged = new UserError('image-corrupt', 'Not a whole PNG.', {where: file});
    await watch.openData(ignore, ignore);
    await expect(watch.rethrow(damaged)).rejects.toBe(damaged);
    await writeFile(file, '');
    await expect(watch.rethrow(damaged)).rejects.toMatchObject({...changed, where: file});
  });

  it('need not be where they were when only the folder of the run is to be checked', async () => {
    const {folder, watch} = await watched();
    await rm(join(folder, 'images'), {recursive: true});
    await watch.check();
  });
});

describe('the folder of a run', () => {
  useCpuBackend();

  it('is missed when it was renamed, also where another one has its name', async () => {
    const {run, watch} = await watched();
    await rename(run, `${run}-new`);
    const gone = {code: 'run-moved', where: run};
    await expect(watch.check()).rejects.toMatchObject(gone);
    await expect(watch.makeFolder(join(run, 'evaluations', 'base'))).rejects.toMatchObject(gone);
    await expect(stat(run)).rejects.toMatchObject({code: 'ENOENT'});
    await mkdir(run);
    await expect(watch.check()).rejects.toMatchObject(gone);
  });
});

describe('a run that is resumed', () => {
  useCpuBackend();

  it('refuses another base, and other images', async () => {
    const {folder, run, resolved, other} = await watched();
    const settle = () => settleInputs(run, resolved, () => undefined);
    await cp(join(folder, 'base'), join(folder, 'kept'), {recursive: true});
    await cp(weightsOf(other), weightsOf(join(folder, 'base')));
    await expect(settle()).rejects.toMatchObject({...changed, where: join(folder, 'base')});
    await cp(weightsOf(join(folder, 'kept')), weightsOf(join(folder, 'base')));
    await settle();
    await rm(join(folder, 'images', '3.png'));
    await expect(settle()).rejects.toMatchObject({
      ...changed,
      message: expect.stringContaining('image files') as string,
    });
  });

  it('goes on with images that were only copied or touched, says so, and keeps its results to itself', async () => {
    const {folder, run, resolved} = await watched();
    const before = await readInputs(run);
    await utimes(join(folder, 'images', '3.png'), 1000, 1000);
    const warnings: string[] = [];
    for (let resume = 0; resume < 2; resume++) await settleInputs(run, resolved, (warning) => warnings.push(warning));
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('times of the image files');
    const after = await readInputs(run);
    expect(after.data?.stamps).toHaveLength(2);
    expect(after.data?.stamps[0]).toBe(before.data?.stamps[0]);
    const stamps = [jointStamp(before.data), jointStamp(after.data), after.data?.stamps[1]];
    expect(new Set(stamps).size).toBe(3);
    await (await watchInputs(run, resolved)).openData(ignore, ignore);
  });
});
