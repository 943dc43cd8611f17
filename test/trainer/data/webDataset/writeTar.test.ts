import {execFileSync} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {writeTar, type TarFile} from '../../../../trainer/data/webDataset/writeTar.ts';
import {tarEntries} from '../../../../trainer/data/webDataset/tarEntries.ts';
import {openPositioned} from '../../../../trainer/store/files/positionedFile.ts';
import {namesIn} from '../../../../trainer/store/files/namesIn.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const files: TarFile[] = [0, 1, 511, 512, 513, 70_000].map((size, i) => ({
  name: i === 5 ? `${'ä'.repeat(48)}.png` : `${i}.png`,
  data: Uint8Array.from({length: size}, (_, at) => (at * 7 + size) % 256),
}));

async function* given(list: readonly TarFile[]): AsyncGenerator<TarFile> {
  for (const file of list) yield await Promise.resolve(file);
}

it('is read by tar and by our own reader, in the same order with the same bytes', async () => {
  const folder = await temporaryFolder();
  const tar = join(folder, 'images.tar');
  await writeTar(tar, given(files));
  execFileSync('tar', ['-xf', tar, '-C', folder]);
  for (const {name, data} of files) expect(new Uint8Array(await readFile(join(folder, name))), name).toEqual(data);
  const opened = await openPositioned(tar);
  const read: TarFile[] = [];
  for await (const {name, start, size} of tarEntries(opened)) read.push({name, data: await opened.read(start, size)});
  await opened.close();
  expect(read).toEqual(files);
});

it('leaves nothing behind where a file cannot be put in', async () => {
  const folder = await temporaryFolder();
  const long = [...files, {name: 'x'.repeat(101), data: new Uint8Array(1)}];
  await expect(writeTar(join(folder, 'images.tar'), given(long))).rejects.toThrow('too long');
  expect(await namesIn(folder)).toEqual([]);
});
