import {existsSync} from 'node:fs';
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {installTensorflow} from '../../../trainer/engine/tensorflow/install/install.ts';
import {findInstalled, requireInstalled} from '../../../trainer/engine/tensorflow/install/installedTensorflow.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {textContaining} from '../../helpers/textContaining.ts';
import {fakeTools, type FakeTools} from './fakeTools.ts';

const cpu = {variant: 'cpu'} as const;
const healthy = () => Promise.resolve({version: '2.18.0', gpu: false});

let tools: FakeTools;
let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  tools = await fakeTools(folder);
  await tools.behave({pip: 'missing'});
});
afterEach(() => vi.unstubAllEnvs());

async function writeFiles(root: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(join(root, path, '..'), {recursive: true});
    await writeFile(join(root, path), `content of ${path}`);
  }
}

/** A site-packages with TensorFlow, as pip makes it. */
async function sitePackages(isCuda = false): Promise<string> {
  const site = join(folder, 'site-packages');
  const libraries = ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'];
  await writeFiles(site, [...libraries, 'tensorflow/include/tensorflow/c/c_api.h', 'nvidia/cudnn/lib/libcudnn.so.9']);
  const info = join(site, 'tensorflow/python/platform/build_info.py');
  await mkdir(join(info, '..'), {recursive: true});
  await writeFile(info, `build_info = OrderedDict([('is_cuda_build', ${isCuda ? 'True' : 'False'})])`);
  return site;
}

/** The library for C, unpacked. */
async function archive(): Promise<string> {
  const root = join(folder, 'libtensorflow');
  const libraries = ['lib/libtensorflow.so.2', 'lib/libtensorflow.so', 'lib/libtensorflow_framework.so.2'];
  await writeFiles(root, [...libraries, 'include/tensorflow/c/c_api.h', 'LICENSE']);
  return root;
}

describe('installTensorflow from a folder', () => {
  it.each([
    ['a site-packages', sitePackages],
    ['the folder tensorflow in it', async () => join(await sitePackages(), 'tensorflow')],
  ])('uses %s where it is, with the libraries of NVIDIA, and needs no pip', async (_, make) => {
    const from = await make();
    const {record, folder: installed} = await installTensorflow({...cpu, from}, healthy);
    expect(record).toMatchObject({from, version: '2.18.0'});
    const parameters = (await readFile(installed.addon, 'utf8')).split('\n');
    for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
      const path = join(installed.library, 'tensorflow', name);
      expect(await readFile(path, 'utf8')).toBe(`content of tensorflow/${name}`);
      expect(parameters).toContain(path);
    }
    expect(parameters).toContain('-Wl,-rpath,$ORIGIN/../library/nvidia/cudnn/lib');
    expect(existsSync(join(installed.library, 'tensorflow/include/tensorflow/c/c_api.h'))).toBe(true);
    expect((await installTensorflow({...cpu, from}, healthy)).already).toBe(true);
  });

  it('uses the archive for C, whose library has another name', async () => {
    const {folder: installed} = await installTensorflow({...cpu, from: await archive()}, healthy);
    const parameters = (await readFile(installed.addon, 'utf8')).split('\n');
    expect(parameters).toContain(join(installed.library, 'tensorflow/libtensorflow.so.2'));
    expect(parameters.filter((parameter) => parameter.includes('libtensorflow_cc'))).toEqual([]);
    expect(await findInstalled()).not.toBeNull();
  });

  it('says which library is gone when the folder goes away', async () => {
    const from = await archive();
    await installTensorflow({...cpu, from}, healthy);
    await rm(from, {recursive: true});
    const message = textContaining('tensorflow/libtensorflow.so.2 is gone');
    await expect(requireInstalled()).rejects.toMatchObject({code: 'tensorflow-library-missing', message});
  });

  it('gives way to a download once the folder is gone, and leaves the folder alone before', async () => {
    const from = await sitePackages();
    await installTensorflow({...cpu, from}, healthy);
    await rm(join(from, 'tensorflow/libtensorflow_cc.so.2'));
    await tools.behave({});
    const {record, folder: installed} = await installTensorflow(cpu, healthy);
    expect(record.from).toBeUndefined();
    expect(await readFile(join(installed.library, 'tensorflow/libtensorflow_framework.so.2'), 'utf8')).toBe(
      'framework',
    );
    expect(await readFile(join(from, 'tensorflow/libtensorflow_framework.so.2'), 'utf8')).toContain('content of');
  });

  it('replaces a download, and another folder', async () => {
    await tools.behave({});
    await installTensorflow(cpu, healthy);
    const [site, unpacked] = [await sitePackages(), await archive()];
    expect((await installTensorflow({...cpu, from: site}, healthy)).already).toBe(false);
    expect((await installTensorflow({...cpu, from: unpacked}, healthy)).record.from).toBe(unpacked);
    expect((await findInstalled())?.library.libraries).toContain('libtensorflow.so.2');
  });

  it.each([
    ['libtensorflow_cc.so.2', 'tensorflow/libtensorflow_cc.so.2'],
    ['libtensorflow_framework.so.2', 'tensorflow/libtensorflow_framework.so.2'],
    ['include/tensorflow/c/c_api.h', 'tensorflow/include'],
  ])('names %s when the folder lacks it', async (name, path) => {
    const from = await sitePackages();
    await rm(join(from, path), {recursive: true});
    await expect(installTensorflow({...cpu, from}, healthy)).rejects.toMatchObject({
      code: 'tensorflow-library-missing',
      where: from,
      message: `The folder has no ${name}.`,
    });
  });

  it('takes from the folder whether it is built with CUDA', async () => {
    const from = await sitePackages(true);
    const {record, reason} = await installTensorflow({variant: 'auto', from}, healthy);
    expect(record.variant).toBe('cuda');
    expect(reason).toContain('the given folder is built with CUDA');
  });

  it('refuses a CPU build when CUDA is asked for', async () => {
    const from = await sitePackages(false);
    const failure = installTensorflow({variant: 'cuda', from}, healthy);
    await expect(failure).rejects.toMatchObject({code: 'tensorflow-not-cuda', hint: textContaining('--cpu')});
  });
});
