import {createHash} from 'node:crypto';
import {mkdir, symlink, utimes, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {DataConfig} from '../../../../trainer/contract/config/dataConfig.ts';
import {dataStamp} from '../../../../trainer/pipeline/graph/dataStamp.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const images = (path: string): DataConfig => DataConfig.parse({kind: 'images', path, resolution: 8});
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

async function write(path: string, content = 'abc'): Promise<void> {
  await writeFile(path, content);
  await utimes(path, 1_000_000_000, 1_600_000_000.25);
}

describe('dataStamp', () => {
  it('is that of earlier versions for a plain folder and for a file', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'b'));
    await write(join(folder, 'b', 'x.png'));
    await write(join(folder, 'b-.png'), 'a');
    await write(join(folder, 'a.txt'), '');
    const lines = ['a.txt 0 1600000000250', 'b-.png 1 1600000000250', 'b/x.png 3 1600000000250'];
    expect(await dataStamp(images('.'), folder)).toBe(hash(lines.join('\n')));
    expect(await dataStamp(images('b/x.png'), folder)).toBe(hash(' 3 1600000000250'));
    expect(await dataStamp(images('gone'), folder)).toBe('missing');
    expect(await dataStamp(DataConfig.parse({kind: 'mnist'}), folder)).toBe('bundled');
  });

  it.each(['data', 'linkToFolder', 'folderOfLinks', 'folderOfFileLinks', 'linkToFile'])(
    'changes with what is read through %s',
    async (path) => {
      const folder = await temporaryFolder();
      for (const name of ['data', 'folderOfLinks', 'folderOfFileLinks']) await mkdir(join(folder, name));
      await write(join(folder, 'data', 'x.png'));
      await symlink('data', join(folder, 'linkToFolder'));
      await symlink('../data', join(folder, 'folderOfLinks', 'sub'));
      await symlink('../data/x.png', join(folder, 'folderOfFileLinks', 'y.png'));
      await symlink('data/x.png', join(folder, 'linkToFile'));
      const before = await dataStamp(images(path), folder);
      expect(await dataStamp(images(path), folder)).toBe(before);
      await write(join(folder, 'data', 'x.png'), 'other');
      expect(await dataStamp(images(path), folder)).not.toBe(before);
    },
  );

  it('does not mind what cannot be read, nor hidden files', async () => {
    const folder = await temporaryFolder();
    await write(join(folder, 'x.png'));
    const before = await dataStamp(images('.'), folder);
    await symlink('nowhere', join(folder, 'latest'));
    await symlink('.', join(folder, 'loop'));
    await write(join(folder, '.DS_Store'));
    expect(await dataStamp(images('.'), folder)).toBe(before);
  });
});
