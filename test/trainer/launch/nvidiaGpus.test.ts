import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, describe, expect, it, vi} from 'vitest';
import {nvidiaGpus, visibleGpus} from '../../../trainer/launch/nvidiaGpus.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

afterEach(() => vi.unstubAllEnvs());

/** A PATH with an `nvidia-smi` of a few lines, alone. */
async function fakeSmi(script: string): Promise<void> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'nvidia-smi'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'nvidia-smi'), 0o755);
  vi.stubEnv('PATH', folder);
}

describe('nvidiaGpus', () => {
  it('lists what nvidia-smi lists', async () => {
    await fakeSmi(`[ "$1" = -L ] && echo 'GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d5b)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-77aa)'`);
    expect(await nvidiaGpus()).toEqual([
      {name: 'NVIDIA A100-SXM4-40GB', id: 'GPU-5d5b'},
      {name: 'NVIDIA A100-SXM4-40GB', id: 'GPU-77aa'},
    ]);
  });

  it('lists the slices of a GPU that is cut in place of it', async () => {
    await fakeSmi(`echo 'GPU 0: NVIDIA H200 (UUID: GPU-1)
  MIG 3g.71gb     Device  0: (UUID: MIG-a)
  MIG 1g.18gb     Device  1: (UUID: MIG-b)
GPU 1: NVIDIA H200 (UUID: GPU-2)'`);
    expect(await nvidiaGpus()).toEqual([
      {name: 'NVIDIA H200 MIG 3g.71gb', id: 'MIG-a'},
      {name: 'NVIDIA H200 MIG 1g.18gb', id: 'MIG-b'},
      {name: 'NVIDIA H200', id: 'GPU-2'},
    ]);
  });

  it('asks the driver itself where nvidia-smi is missing or fails', async () => {
    await fakeSmi('echo "could not communicate with the NVIDIA driver"; exit 9');
    const driver = await temporaryFolder();
    expect(await nvidiaGpus(driver)).toEqual([]);
    await mkdir(join(driver, 'gpus', '0000:65:00.0'), {recursive: true});
    const text = 'Model: \t\t NVIDIA GeForce RTX 4090\nIRQ:   \t\t 1\nGPU UUID: \t GPU-9f\n';
    await writeFile(join(driver, 'gpus', '0000:65:00.0', 'information'), text);
    expect(await nvidiaGpus(driver)).toEqual([{name: 'NVIDIA GeForce RTX 4090', id: 'GPU-9f'}]);
  });
});

describe('visibleGpus', () => {
  const gpus = [
    {name: 'a', id: 'GPU-a'},
    {name: 'b', id: 'GPU-b'},
  ];

  it.each([
    ['all where nothing is said', undefined, ['GPU-a', 'GPU-b']],
    ['the named ones in their order', '1,0', ['1', '0']],
    ['those by identifier', 'GPU-b, MIG-c', ['GPU-b', 'MIG-c']],
    ['none where all are hidden', '', []],
    ['none where all are hidden by a number', '-1', []],
    ['those before an entry that names nothing', '0,-1,1', ['0']],
  ])('are %s', (_, allowed, expected) => {
    vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
    expect(visibleGpus(gpus, allowed)).toEqual(expected);
  });
});
