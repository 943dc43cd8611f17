import {mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import type * as fs from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {UserError} from '../../../trainer/contract/errors.ts';
import {installTensorflow} from '../../../trainer/engine/tensorflow/install/install.ts';
import {findInstalled, requireInstalled} from '../../../trainer/engine/tensorflow/install/installedTensorflow.ts';
import type {InstallProgress} from '../../../trainer/engine/tensorflow/install/installProgress.ts';
import {tensorflowFolder} from '../../../trainer/engine/tensorflow/install/tensorflowFolder.ts';
import {ownIdentity} from '../../../trainer/store/run/processIdentity.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {textContaining} from '../../helpers/textContaining.ts';
import {fakeTools, type FakeBehaviour, type FakeTools} from './fakeTools.ts';

const cpu = {variant: 'cpu'} as const;
const healthy = () => Promise.resolve({version: '2.21.0', gpu: false});
const plenty = () => Promise.resolve(1e12);

/** While true, files of the library are written to a device that is always full. */
const disk = vi.hoisted(() => ({isFull: false}));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const createWriteStream: typeof fs.createWriteStream = (path, options) =>
    real.createWriteStream(disk.isFull && String(path).includes('library') ? '/dev/full' : path, options);
  return {...real, createWriteStream};
});

let tools: FakeTools;
let folder: string;
const paths = () => tensorflowFolder('cpu', tools.cache);
beforeEach(async () => {
  folder = await temporaryFolder();
  tools = await fakeTools(folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  disk.isFull = false;
});

/** Every file below a folder with its content. */
async function tree(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, {recursive: true, withFileTypes: true});
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (path) => [path, await readFile(path, 'utf8')] as const)),
  );
}

describe('an installation that fails', () => {
  const cases: [string, FakeBehaviour, string, number][] = [
    ['pip is killed halfway', {pip: 'killed-halfway'}, 'pip-failed', 2],
    ['pip finds no network', {pip: 'offline'}, 'pip-failed', 2],
    ['pip gets something else than the index lists', {pip: 'wrong-hash'}, 'checksum-wrong', 2],
    ['pip fills the disk', {pip: 'full-disk'}, 'disk-full', 2],
    ['the wheel has no library', {pip: 'no-library'}, 'wheel-damaged', 2],
    ['the wheel is damaged', {pip: 'damaged'}, 'wheel-damaged', 2],
    ['the compiler is missing', {compiler: 'missing'}, 'compiler-missing', 1],
    ['the compiler fails', {compiler: 'error'}, 'addon-build-failed', 1],
    ['the compiler is killed halfway', {compiler: 'killed-halfway'}, 'addon-build-failed', 1],
    ['the compiler fills the disk', {compiler: 'full-disk'}, 'disk-full', 1],
  ];

  it.each(cases)('because %s says so, and completes later', async (_, behaviour, code, downloads) => {
    await tools.behave(behaviour);
    const failure = await installTensorflow(cpu, healthy).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({code, hint: expect.stringMatching(/wasm|[Ii]nstall again/) as unknown});
    expect(await findInstalled()).toBeNull();
    expect(await tree(folder)).not.toHaveProperty([paths().record]);
    await tools.behave({});
    expect((await installTensorflow(cpu, healthy)).already).toBe(false);
    expect(await findInstalled()).not.toBeNull();
    expect(await tools.downloads()).toHaveLength(downloads);
  });

  it('for want of a compiler has not downloaded before', async () => {
    await tools.behave({compiler: 'missing'});
    await expect(installTensorflow(cpu, healthy)).rejects.toMatchObject({hint: textContaining('apt install g++')});
    expect(await tools.downloads()).toEqual([]);
  });

  it('because the library does not load leaves no record', async () => {
    const broken = () => Promise.reject(new UserError('tensorflow-broken', 'It does not load.'));
    await expect(installTensorflow(cpu, broken)).rejects.toMatchObject({code: 'tensorflow-broken'});
    await expect(requireInstalled()).rejects.toMatchObject({
      code: 'engine-incomplete',
      message: 'The installation of TensorFlow was interrupted before its end.',
      hint: textContaining('deme engine install tensorflow'),
    });
  });

  it('keeps the wheels that are complete', async () => {
    await tools.behave({pip: 'killed-halfway', pipFailsAt: 'nvidia-cudnn'});
    await expect(installTensorflow({variant: 'cuda'}, healthy)).rejects.toMatchObject({code: 'pip-failed'});
    await tools.behave({});
    await installTensorflow({variant: 'cuda'}, healthy);
    expect((await tools.downloads()).map((line) => line.split(/[<=]/)[0])).toEqual([
      'tensorflow',
      'nvidia-cublas-cu12',
      'nvidia-cudnn-cu12',
      'nvidia-cudnn-cu12',
    ]);
  });

  it('keeps no wheel that was changed since', async () => {
    await tools.behave({compiler: 'error', pip: 'killed-halfway', pipFailsAt: 'nvidia-cudnn'});
    await expect(installTensorflow({variant: 'cuda'}, healthy)).rejects.toThrow();
    const {wheels} = tensorflowFolder('cuda', tools.cache);
    await writeFile(join(wheels, 'tensorflow', 'tensorflow-2.21.0-py3-none-any.whl'), 'half');
    await tools.behave({});
    await installTensorflow({variant: 'cuda'}, healthy);
    expect((await tools.downloads()).filter((line) => line === 'tensorflow==2.21.0')).toHaveLength(2);
  });
});

describe('an installation that is ended at any moment', () => {
  it('is not taken for an installed engine, and the next one completes it', async () => {
    const moments: InstallProgress[] = [];
    const {folder: complete} = await installTensorflow({...cpu, onProgress: (now) => moments.push(now)}, healthy);
    const expected = await tree(complete.root);
    // The last moment is after the record.
    expect(moments.length).toBeGreaterThan(8);
    for (let moment = 0; moment < moments.length - 1; moment++) {
      await rm(complete.root, {recursive: true});
      let count = 0;
      const onProgress = () => {
        if (count++ === moment) throw new Error(`ended at ${moment}`);
      };
      await expect(installTensorflow({...cpu, onProgress}, healthy)).rejects.toThrow(`ended at ${moment}`);
      expect(await findInstalled()).toBeNull();
      expect((await installTensorflow(cpu, healthy)).already).toBe(false);
      expect(await tree(complete.root)).toEqual(expected);
    }
  });

  it.each([
    ['while pip downloads', 'wheels/tensorflow-cpu.partial/temporary/pip-unpack-1/half.whl'],
    ['while a wheel is moved', 'wheels/tensorflow-cpu.partial/wheel/tensorflow_cpu-2.21.0-py3-none-any.whl'],
    ['while wheels are unpacked', 'library.partial/tensorflow/libtensorflow_cc.so.2'],
    ['while the addon is built', 'addon/tfjs_binding.node.partial'],
    ['while the addon is moved', 'addon/tfjs_binding.node'],
    ['while the record is written', '.engine.json.1.0a0a0a0a.tmp'],
  ])('%s, by a signal that leaves all as it is, is completed', async (_, leftover) => {
    const path = join(paths().root, leftover);
    await mkdir(join(path, '..'), {recursive: true});
    await writeFile(path, 'half');
    await expect(requireInstalled()).rejects.toMatchObject({code: 'engine-incomplete'});
    await installTensorflow(cpu, healthy);
    const left = await tree(paths().root);
    expect(Object.values(left)).not.toContain('half');
    expect(await findInstalled()).not.toBeNull();
  });

  it('between library and record does not download again', async () => {
    await installTensorflow(cpu, healthy);
    await rm(paths().record);
    await writeFile(paths().addon, 'half an addon');
    expect(await findInstalled()).toBeNull();
    await installTensorflow(cpu, healthy);
    expect(await findInstalled()).not.toBeNull();
    expect(await tools.downloads()).toHaveLength(1);
  });
});

describe('two installations at once', () => {
  it('are refused, and what is in the making is not used', async () => {
    const inTheMaking = join(paths().wheels, 'tensorflow-cpu.partial', 'half.whl');
    await mkdir(join(inTheMaking, '..'), {recursive: true});
    await writeFile(inTheMaking, 'half');
    await writeFile(paths().lock, JSON.stringify(await ownIdentity()));
    const busy = {code: 'install-busy', message: textContaining(`Process ${process.pid}`)};
    await expect(installTensorflow(cpu, healthy)).rejects.toMatchObject(busy);
    await expect(requireInstalled()).rejects.toMatchObject({code: 'install-busy'});
    expect(await readFile(inTheMaking, 'utf8')).toBe('half');
    expect(await tools.downloads()).toEqual([]);
  });

  it('are one when the other process is gone', async () => {
    await mkdir(paths().root, {recursive: true});
    await writeFile(paths().lock, JSON.stringify({pid: process.pid, started: 1}));
    await installTensorflow(cpu, healthy);
    expect(await findInstalled()).not.toBeNull();
  });
});

describe('the disk', () => {
  it('is measured before the download: the error has all numbers', async () => {
    await expect(installTensorflow(cpu, healthy, () => Promise.resolve(0.5e9))).rejects.toMatchObject({
      code: 'disk-space',
      message: 'TensorFlow needs 1.14 GB for its download and its libraries, and the disk has 0.50 GB free.',
      where: paths().root,
      hint: textContaining('DEME_CACHE'),
    });
    expect(await tools.downloads()).toEqual([]);
    await installTensorflow(cpu, healthy, plenty);
    expect(await findInstalled()).not.toBeNull();
  });

  it('needs room for nothing but the unpacked files once the wheels are there', async () => {
    disk.isFull = true;
    await expect(installTensorflow(cpu, healthy, plenty)).rejects.toMatchObject({code: 'disk-full'});
    disk.isFull = false;
    const free = vi.fn(plenty);
    await installTensorflow(cpu, healthy, free);
    expect(free).toHaveBeenCalledTimes(2);
    expect(await tools.downloads()).toHaveLength(1);
  });

  it('that becomes full while the library is unpacked ends it with one error and no half file', async () => {
    disk.isFull = true;
    const failure = installTensorflow(cpu, healthy, plenty);
    await expect(failure).rejects.toMatchObject({name: 'UserError', code: 'disk-full', where: paths().root});
    expect((await readdir(paths().root)).sort()).toEqual(['wheels']);
    expect(await findInstalled()).toBeNull();
  });
});
