import {addonSourceVersion} from '../../../../../trainer/engine/tensorflow/install/buildAddon.ts';
import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {readFile, readdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {LibraryRecord} from '../../../../../trainer/contract/engine/engineRecord.ts';
import {installTensorflow} from '../../../../../trainer/engine/tensorflow/install/install.ts';
import {
  findInstalled,
  requireInstalled,
  tensorflowState,
} from '../../../../../trainer/engine/tensorflow/install/installedTensorflow.ts';
import type {InstallProgress} from '../../../../../trainer/engine/tensorflow/install/installProgress.ts';
import {temporaryFolder} from '../../../../helpers/temporaryFolder.ts';
import {textContaining} from '../../../../helpers/textContaining.ts';
import {fakeTools, type FakeTools} from '../../fakeTools.ts';

const cpu = {variant: 'cpu'} as const;
const healthy = () => Promise.resolve({version: '2.21.0', gpu: false});
const neverProbed = () => Promise.reject(new Error('probed'));

let tools: FakeTools;
beforeEach(async () => void (tools = await fakeTools(await temporaryFolder())));
afterEach(() => vi.unstubAllEnvs());

describe('installTensorflow', () => {
  it('keeps the libraries and the headers, builds the addon against them, and writes the record', async () => {
    const {record, folder, already, reason} = await installTensorflow(cpu, healthy);
    expect({already, reason}).toEqual({already: false, reason: 'as asked for'});
    expect(record).toMatchObject({version: '2.21.0', variant: 'cpu', source: addonSourceVersion()});
    expect((await readdir(folder.root)).sort()).toEqual(['addon', 'engine.json', 'library']);
    expect((await readdir(join(folder.library, 'tensorflow'))).sort()).toEqual([
      'include',
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
    ]);
    expect(await readdir(join(folder.library, 'tensorflow', 'include'))).toEqual(['tensorflow']);
    // The fake compiler writes down its parameters.
    expect(await readFile(folder.addon, 'utf8')).toContain('-Wl,-rpath,$ORIGIN/../library/tensorflow');
    expect(await tools.downloads()).toEqual(['tensorflow-cpu==2.21.0']);
  });

  it('writes down the hashes of the libraries and of the wheel that they come from', async () => {
    const {folder} = await installTensorflow(cpu, healthy);
    const record = LibraryRecord.parse(JSON.parse(await readFile(folder.libraryRecord, 'utf8')));
    expect(record.files.map(({path}) => path)).toEqual(
      expect.arrayContaining(['tensorflow/libtensorflow_cc.so.2', 'tensorflow/include/tensorflow/c/c_api.h']),
    );
    expect(record.files).toHaveLength(3);
    for (const {path, size, sha256} of record.files) {
      const content = await readFile(join(folder.library, path));
      expect({size, sha256}).toEqual({
        size: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
      });
    }
    expect(record.wheels).toMatchObject([{path: 'tensorflow_cpu-2.21.0-py3-none-any.whl'}]);
  });

  it('tells its stages, and the bytes of the unpacking', async () => {
    const said: InstallProgress[] = [];
    await installTensorflow({...cpu, onProgress: (progress) => said.push(progress)}, healthy);
    const stages = [...new Set(said.map(({stage}) => stage))];
    expect(stages).toEqual(['choose', 'download', 'unpack', 'build', 'load', 'done']);
    const bytes = said.flatMap((progress) => progress.bytes ?? []);
    expect(bytes.at(-1)).toEqual({done: 2015, total: 2015});
  });

  it('says so when it is installed already, and does nothing', async () => {
    await installTensorflow(cpu, healthy);
    const said: string[] = [];
    const again = await installTensorflow({...cpu, onProgress: ({message}) => said.push(message)}, neverProbed);
    expect(again.already).toBe(true);
    expect(said.at(-1)).toContain('installed already');
    expect(await tools.downloads()).toHaveLength(1);
  });

  it('fetches the libraries of NVIDIA that the wheel asks for, and puts them beside it', async () => {
    const {folder} = await installTensorflow({variant: 'cuda'}, healthy);
    expect(await tools.downloads()).toEqual([
      'tensorflow==2.21.0',
      'nvidia-cublas-cu12<13.0,>=12.5.3.2',
      'nvidia-cudnn-cu12<10.0,>=9.3.0.75',
    ]);
    const parameters = (await readFile(folder.addon, 'utf8')).split('\n');
    expect(parameters).toContain(join(folder.library, 'nvidia/cublas/lib/libcublas.so.12'));
    expect(parameters).toContain('-Wl,-rpath,$ORIGIN/../library/nvidia/cublas/lib');
    expect(parameters).toContain('-Wl,-rpath,$ORIGIN/../library/nvidia/cudnn/lib');
    expect(parameters.filter((parameter) => parameter.includes('nvblas'))).toEqual([]);
    expect(await readdir(join(folder.library, 'nvidia/cublas'))).toEqual(['lib']);
    expect((await findInstalled())?.record.variant).toBe('cuda');
  });

  it('says at the end that the CUDA build found no GPU', async () => {
    const said: string[] = [];
    await installTensorflow({variant: 'cuda', onProgress: ({message}) => said.push(message)}, healthy);
    expect(said.at(-1)).toContain('NO USABLE GPU');
  });

  it('takes CUDA by itself where nvidia-smi lists a GPU, and says which', async () => {
    await tools.behave({gpus: 'GPU 0: NVIDIA H200 (UUID: GPU-1)'});
    const {record, reason} = await installTensorflow({variant: 'auto'}, healthy);
    expect(record.variant).toBe('cuda');
    expect(reason).toBe('because this machine has an NVIDIA GPU (NVIDIA H200)');
  });

  it('refuses platforms that it cannot serve, before it does anything', async () => {
    const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
    await expect(installTensorflow(cpu, healthy)).rejects.toMatchObject({code: 'engine-platform'});
    platform.mockRestore();
    expect(existsSync(tools.cache)).toBe(false);
  });
});

describe('the Python that downloads', () => {
  it.each([
    [['python'], 'python: tensorflow-cpu==2.21.0'],
    [['py'], 'py: tensorflow-cpu==2.21.0'],
    [['python3.12'], 'python3.12: tensorflow-cpu==2.21.0'],
  ])('is what there is of %j', async (pythons, download) => {
    await tools.behave({pythons});
    await installTensorflow(cpu, healthy);
    expect(await tools.downloads()).toEqual([download]);
  });

  it('is the named one, whatever else there is', async () => {
    await tools.behave({pythons: ['python3', 'mine']});
    const python = join(process.env.PATH ?? '', 'mine');
    await installTensorflow({...cpu, python}, healthy);
    expect(await tools.downloads()).toEqual(['mine: tensorflow-cpu==2.21.0']);
  });

  it.each([
    ['no pip', {pip: 'missing'}, 'python3 has no pip'],
    ['an old pip', {pip: 'old'}, 'python3 has pip 19.3, which is too old'],
    ['no Python', {pythons: []}, 'no Python was found'],
  ] as const)('cannot be one with %s: the error says what to install', async (_, behaviour, message) => {
    await tools.behave(behaviour);
    await expect(installTensorflow(cpu, healthy)).rejects.toMatchObject({
      name: 'UserError',
      code: 'pip-missing',
      message: textContaining(message),
      hint: expect.stringMatching(/apt install python3-pip.*--python.*--from.*wasm/) as unknown,
    });
    expect(await findInstalled()).toBeNull();
  });

  it('that is named but not there is told by its name', async () => {
    const message = textContaining('There is no program /nowhere/python');
    await expect(installTensorflow({...cpu, python: '/nowhere/python'}, healthy)).rejects.toMatchObject({message});
  });
});

describe('what is installed', () => {
  it.each([
    ['a damaged record', 'record', '{"engine": "tens', 'engine-incomplete'],
    ['a record of another format', 'record', '{"format": 2}', 'engine-incomplete'],
    ['a changed addon', 'addon', 'something else', 'tensorflow-addon-missing'],
    ['a library of unknown files', 'libraryRecord', '{}', 'engine-outdated'],
  ] as const)('does not count with %s, and installing again mends it', async (_, file, text, code) => {
    const {folder} = await installTensorflow(cpu, healthy);
    await writeFile(folder[file], text);
    expect(await findInstalled()).toBeNull();
    await expect(requireInstalled()).rejects.toMatchObject({name: 'UserError', code, where: folder.root});
    await installTensorflow(cpu, healthy);
    expect(await findInstalled()).not.toBeNull();
  });

  it('does not count without one of its libraries: the error names it and what to do', async () => {
    const {folder} = await installTensorflow(cpu, healthy);
    await rm(join(folder.library, 'tensorflow', 'libtensorflow_framework.so.2'));
    await expect(requireInstalled()).rejects.toMatchObject({
      code: 'tensorflow-library-missing',
      message: 'TensorFlow was installed, but tensorflow/libtensorflow_framework.so.2 is gone.',
      where: folder.root,
      hint: textContaining('deme engine install tensorflow'),
    });
    await installTensorflow(cpu, healthy);
    expect(await tools.downloads()).toHaveLength(2);
    expect(await findInstalled()).not.toBeNull();
  });

  it('is compared byte by byte when it is installed again', async () => {
    const {folder} = await installTensorflow(cpu, healthy);
    const path = join(folder.library, 'tensorflow', 'libtensorflow_framework.so.2');
    await writeFile(path, 'framewurk');
    const {already} = await installTensorflow(cpu, healthy);
    expect(already).toBe(false);
    expect(await readFile(path, 'utf8')).toBe('framework');
  });

  it('is absent before an installation begins', async () => {
    expect(await tensorflowState()).toEqual({state: 'absent'});
    await expect(requireInstalled()).rejects.toMatchObject({code: 'engine-missing'});
  });

  it('is not the CPU build in place of a CUDA build that is damaged', async () => {
    await installTensorflow(cpu, healthy);
    const {folder} = await installTensorflow({variant: 'cuda'}, healthy);
    await rm(join(folder.library, 'nvidia/cudnn/lib/libcudnn.so.9'));
    await expect(requireInstalled()).rejects.toMatchObject({message: textContaining('libcudnn.so.9 is gone')});
  });

  it('is the CPU build when the CUDA build was never completed', async () => {
    await installTensorflow(cpu, healthy);
    await tools.behave({pip: 'offline', pipFailsAt: 'nvidia'});
    await expect(installTensorflow({variant: 'cuda'}, healthy)).rejects.toMatchObject({code: 'pip-failed'});
    expect((await requireInstalled()).record.variant).toBe('cpu');
  });
});
