import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {webDatasetImages} from '../../../trainer/data/webDataset/webDataset.ts';
import {filesEnding, walkFiles} from '../../../trainer/data/walkFiles.ts';
import {repository} from '../buildWorker.ts';
import type {FuzzTarget} from '../target.ts';

const formats = ['gnu', 'pax', 'ustar'];
const block = 512;

export const tar: FuzzTarget = {
  name: 'tar',
  seeds: () =>
    Promise.all(
      formats.map(
        async (name) => new Uint8Array(await readFile(join(repository, 'test/fixtures/captions', `${name}.tar`))),
      ),
    ),
  tokens: [
    '../../',
    '/etc/passwd',
    'L',
    'x',
    '2',
    '77777777777',
    '\x80\xff\xff\xff\xff\xff\xff\xff',
    '99 path=a\n',
    '-5 size=1\n',
    '.png',
    '.json',
  ],
  /** Sums up every block as if it were a header. */
  repair(bytes) {
    const out = bytes.slice();
    for (let at = 0; at + block <= out.length; at += block) {
      const header = out.subarray(at, at + block);
      if (String.fromCharCode(...header.subarray(257, 262)) !== 'ustar') continue;
      const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
      header.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    }
    return out;
  },
  async parse(bytes, folder) {
    const path = join(folder, 'a.tar');
    await writeFile(path, bytes);
    const settings = {resolution: 2, channels: 1, corrupt: 'skip'} as const;
    const source = await webDatasetImages(
      filesEnding(await walkFiles(path, () => undefined), '.tar', path),
      settings,
      undefined,
      () => undefined,
    );
    for (let i = 0; i < Math.min(source.size, 8); i++) {
      await source.read(i);
      await source.captions?.(i);
    }
  },
};
