import {open, readFile, readdir, writeFile} from 'node:fs/promises';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {writeAtomic, writeFileAtomic} from '../../../../trainer/store/files/atomicFile.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

describe('writeFileAtomic', () => {
  it('writes and replaces a file and leaves nothing else', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.json');
    await writeFileAtomic(path, 'old');
    await writeFileAtomic(path, new Uint8Array([110, 101, 119]));
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['a.json']);
  });

  it('names a missing folder', async () => {
    const path = join(await temporaryFolder(), 'none', 'a.json');
    await expect(writeFileAtomic(path, '')).rejects.toMatchObject({code: 'folder-missing', where: path});
  });
});

describe('writeAtomic', () => {
  it('keeps the old file and removes the temporary one when the writer fails', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a');
    await writeFile(path, 'old');
    const failing = writeAtomic(path, async (file) => {
      await file.writeFile('half');
      throw new Error('stopped');
    });
    await expect(failing).rejects.toThrow('stopped');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a']);
  });

  it.runIf(existsSync('/dev/full'))('tells a full disk with the path', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a');
    const full = writeAtomic(path, async () => {
      const device = await open('/dev/full', 'w');
      await device.writeFile('x').finally(() => device.close());
    });
    await expect(full).rejects.toMatchObject({code: 'disk-full', where: path});
    expect(await readdir(folder)).toEqual([]);
  });
});
