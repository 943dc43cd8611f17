import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {hashInThread} from '../../../../trainer/store/hashes/hashThread.ts';
import {hashBytes} from '../../../../trainer/store/hashes/sha256.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

it('hashes more files at once than there are cores as if one after the other', async () => {
  const folder = await temporaryFolder();
  // Sizes around the piece that is read at once.
  const contents = [0, 1, (1 << 20) - 1, 1 << 20, (3 << 20) + 5].map((size, i) => new Uint8Array(size).fill(i + 1));
  const files = contents.map((_, i) => join(folder, String(i)));
  for (const [i, file] of files.entries()) await writeFile(file, contents[i] as Uint8Array);
  expect(await Promise.all(files.map(hashInThread))).toEqual(contents.map(hashBytes));
});

it('says what cannot be opened', async () => {
  await expect(hashInThread('/nowhere/weights')).rejects.toMatchObject({code: 'file-missing'});
  await expect(hashInThread(await temporaryFolder())).rejects.toMatchObject({code: 'file-odd'});
});
