import {execFileSync} from 'node:child_process';
import {cp, mkdir, rename, rm, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {readModelFolder} from '../../../../trainer/store/weights/modelFolder.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {golden} from '../golden.ts';

const weightsName = 'diffusion_pytorch_model.safetensors';

it('reads the cache of the hub from the folder of a repository, by main or its only snapshot', async () => {
  const repository = join(await temporaryFolder(), 'models--google--ddpm');
  const snapshot = (commit: string): string => join(repository, 'snapshots', commit);
  await mkdir(join(repository, 'blobs'), {recursive: true});
  await cp(golden('cifar'), snapshot('abc'), {recursive: true});
  await rename(join(snapshot('abc'), 'unet', weightsName), join(repository, 'blobs', '123'));
  await symlink('../../../blobs/123', join(snapshot('abc'), 'unet', weightsName));
  const reader = await (await readModelFolder(repository)).openWeights();
  expect(reader.shapes.size).toBe(328);
  await reader.close();
  await mkdir(snapshot('def'));
  await expect(readModelFolder(repository)).rejects.toMatchObject({
    code: 'model-missing',
    message: 'This folder of a hub cache holds 2 snapshots, and none of them is that of main.',
  });
  await mkdir(join(repository, 'refs'));
  execFileSync('mkfifo', [join(repository, 'refs', 'main')]);
  await expect(readModelFolder(repository)).rejects.toThrow('none of them is that of main');
  await rm(join(repository, 'refs', 'main'));
  await writeFile(join(repository, 'refs', 'main'), 'abc\n');
  expect((await readModelFolder(repository)).path).toBe(snapshot('abc'));
  await rm(join(repository, 'snapshots'), {recursive: true});
  await mkdir(join(repository, 'snapshots'));
  await expect(readModelFolder(repository)).rejects.toThrow('holds no snapshot');
});
