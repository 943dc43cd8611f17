import {existsSync} from 'node:fs';
import {mkdir, readFile, readdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {UserError} from '../../../trainer/contract/errors.ts';
import {tensorflowFolder} from '../../../trainer/engine/tensorflowFolder.ts';
import {findInstalled, installTensorflow} from '../../../trainer/engine/install.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {textContaining} from '../../helpers/textContaining.ts';
import {fakeTools, type FakeTools} from './fakeTools.ts';

const cpu = {variant: 'cpu'} as const;
const healthy = () => Promise.resolve({version: '2.21.0', gpu: false});

let tools: FakeTools;
let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  tools = await fakeTools(folder);
});
afterEach(() => vi.unstubAllEnvs());

describe('installTensorflow', () => {
  it('keeps the libraries and the headers, builds the addon against them, and writes the record', async () => {
    const {record, folder: installed, already} = await installTensorflow(cpu, healthy);
    expect(already).toBe(false);
    expect(record).toMatchObject({version: '2.21.0', variant: 'cpu', source: '4.22.0'});
    expect(await readdir(installed.root)).toEqual(expect.arrayContaining(['addon', 'engine.json', 'library']));
    expect(await readdir(installed.root)).toHaveLength(3);
    expect((await readdir(join(installed.library, 'tensorflow'))).sort()).toEqual([
      'include',
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
    ]);
    expect(await readdir(join(installed.library, 'tensorflow', 'include'))).toEqual(['tensorflow']);
    // The fake compiler writes down its parameters.
    expect(await readFile(installed.addon, 'utf8')).toContain('-Wl,-rpath,$ORIGIN/../library/tensorflow');
    expect(await tools.downloads()).toEqual(['tensorflow-cpu==2.21.0']);
  });

  it('says so when it is installed already, and does nothing', async () => {
    await installTensorflow(cpu, healthy);
    const said: string[] = [];
    const again = await installTensorflow({...cpu, onProgress: (message) => said.push(message)}, () =>
      Promise.reject(new Error('probed')),
    );
    expect(again.already).toBe(true);
    expect(said).toEqual([textContaining('installed already')]);
    expect(await tools.downloads()).toHaveLength(1);
  });

  it('fetches the libraries of NVIDIA that the wheel asks for, and puts them beside it', async () => {
    const {folder: installed} = await installTensorflow({variant: 'cuda'}, healthy);
    expect(await tools.downloads()).toEqual([
      'tensorflow==2.21.0',
      'nvidia-cublas-cu12<13.0,>=12.5.3.2 nvidia-cudnn-cu12<10.0,>=9.3.0.75',
    ]);
    const parameters = (await readFile(installed.addon, 'utf8')).split('\n');
    expect(parameters).toContain(join(installed.library, 'nvidia/cublas/lib/libcublas.so.12'));
    expect(parameters).toContain('-Wl,-rpath,$ORIGIN/../library/nvidia/cublas/lib');
    expect(parameters.filter((parameter) => parameter.includes('nvblas'))).toEqual([]);
    expect((await findInstalled())?.record.variant).toBe('cuda');
  });

  it('refuses platforms that it cannot serve, before it does anything', async () => {
    const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
    await expect(installTensorflow(cpu, healthy)).rejects.toMatchObject({code: 'engine-platform'});
    platform.mockRestore();
    expect(existsSync(tools.cache)).toBe(false);
  });
});

describe('installTensorflow after an interruption', () => {
  const paths = () => tensorflowFolder('cpu', tools.cache);

  it.each([
    ['pip is killed halfway', {pip: 'killed-halfway'}, 'pip-failed', 2],
    ['pip finds no network', {pip: 'offline'}, 'pip-failed', 2],
    ['the wheel has no library', {pip: 'no-library'}, 'tensorflow-library-missing', 2],
    ['the compiler is missing', {compiler: 'missing'}, 'compiler-missing', 1],
    ['the compiler fails', {compiler: 'error'}, 'addon-build-failed', 1],
  ] as const)('where %s fails clearly, and completes later', async (_, behaviour, code, downloads) => {
    await tools.behave(behaviour);
    const failure = await installTensorflow(cpu, healthy).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({code});
    expect((failure as UserError).hint).toMatch(/wasm|--from|site-packages/);
    expect(await findInstalled()).toBeNull();
    await tools.behave({});
    expect((await installTensorflow(cpu, healthy)).already).toBe(false);
    expect(await findInstalled()).not.toBeNull();
    expect(await tools.downloads()).toHaveLength(downloads);
  });

  it('says that pip is missing, and what else there is', async () => {
    await tools.behave({pip: 'missing'});
    await expect(installTensorflow(cpu, healthy)).rejects.toMatchObject({
      code: 'pip-missing',
      hint: textContaining('--from'),
    });
  });

  it('while files were put in place starts that step again', async () => {
    await mkdir(join(`${paths().library}.partial`, 'tensorflow'), {recursive: true});
    await mkdir(join(`${paths().library}.download`, 'packages', 'tensorflow', 'stale'), {recursive: true});
    await installTensorflow(cpu, healthy);
    expect((await readdir(paths().root)).sort()).toEqual(['addon', 'engine.json', 'library']);
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

  it('writes no record for a library that does not load', async () => {
    const broken = () => Promise.reject(new UserError('tensorflow-broken', 'It does not load.'));
    await expect(installTensorflow(cpu, broken)).rejects.toMatchObject({code: 'tensorflow-broken'});
    expect(await findInstalled()).toBeNull();
  });
});

describe('findInstalled', () => {
  it.each([
    ['damaged record', 'record', '{"engine": "tens'],
    ['record of another format', 'record', '{"format": 2}'],
    ['changed addon', 'addon', 'something else'],
  ] as const)('does not take a %s for an engine', async (_, file, text) => {
    const {folder: installed} = await installTensorflow(cpu, healthy);
    await writeFile(installed[file], text);
    expect(await findInstalled()).toBeNull();
  });

  it('does not take an engine whose library is gone', async () => {
    const {folder: installed} = await installTensorflow(cpu, healthy);
    await rm(join(installed.library, 'tensorflow', 'libtensorflow_framework.so.2'));
    expect(await findInstalled()).toBeNull();
  });
});

describe('installTensorflow from a folder', () => {
  async function siteTensorflow(): Promise<string> {
    const site = join(folder, 'site');
    await mkdir(join(site, 'tensorflow/include/tensorflow/c'), {recursive: true});
    await mkdir(join(site, 'nvidia'));
    for (const file of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', 'include/tensorflow/c/c_api.h']) {
      await writeFile(join(site, 'tensorflow', file), 'x');
    }
    return join(site, 'tensorflow');
  }

  it('uses it where it is, with the libraries of NVIDIA beside it, and needs no pip', async () => {
    await tools.behave({pip: 'missing'});
    const from = await siteTensorflow();
    const {record, folder: installed} = await installTensorflow({...cpu, from}, healthy);
    expect(record.from).toBe(from);
    expect(await readFile(join(installed.library, 'tensorflow/libtensorflow_cc.so.2'), 'utf8')).toBe('x');
    expect(existsSync(join(installed.library, 'nvidia'))).toBe(true);
    expect((await installTensorflow({...cpu, from}, healthy)).already).toBe(true);
    await rm(from, {recursive: true});
    expect(await findInstalled()).toBeNull();
  });

  it('gives way to a download once the folder is gone, and leaves the folder alone before', async () => {
    const from = await siteTensorflow();
    await installTensorflow({...cpu, from}, healthy);
    await rm(join(from, 'libtensorflow_cc.so.2'));
    const {record} = await installTensorflow(cpu, healthy);
    expect(record.from).toBeUndefined();
    expect(existsSync(join(from, 'libtensorflow_framework.so.2'))).toBe(true);
  });

  it('names the file that the folder lacks', async () => {
    const from = await siteTensorflow();
    await rm(join(from, 'libtensorflow_cc.so.2'));
    await expect(installTensorflow({...cpu, from}, healthy)).rejects.toMatchObject({
      code: 'tensorflow-library-missing',
      where: from,
      message: textContaining('libtensorflow_cc.so.2'),
    });
  });
});
