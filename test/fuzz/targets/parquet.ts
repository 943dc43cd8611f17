import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {parquetImages} from '../../../trainer/data/parquet/parquet.ts';
import {filesEnding, walkFiles} from '../../../trainer/data/walkFiles.ts';
import {repository} from '../buildWorker.ts';
import type {FuzzTarget} from '../target.ts';

const files = [
  '../captions/v1-plain',
  '../captions/v2-zstd',
  'struct/train-00000-of-00002',
  'struct/train-00001-of-00002',
  'bytes/corrupt',
  'encodings/DELTA_LENGTH_BYTE_ARRAY-1.0',
  'encodings/DELTA_BYTE_ARRAY-1.0',
];

export const parquet: FuzzTarget = {
  name: 'parquet',
  seeds: () =>
    Promise.all(
      files.map(async (file) => {
        return new Uint8Array(await readFile(join(repository, 'test/fixtures/parquet', `${file}.parquet`)));
      }),
    ),
  // Thrift: lists of many elements, nested structures, long numbers; runs of 2^31 levels.
  tokens: [
    '\xf9\xff\xff\xff\x7f',
    '\x19\xfc\xff\xff\xff\x0f',
    '\x1c',
    '\x29\xf9',
    '\xff',
    '\x00',
    'PAR1',
    '\xfe\xff\xff\xff\x0f',
    '\xff\xff\xff\xff\x0f',
    '\x80',
    '\x15\xfe\xff\xff\xff\x0f',
  ],
  repair(bytes) {
    if (bytes.length < 12) return bytes;
    const out = bytes.slice();
    out.set(Buffer.from('PAR1'), out.length - 4);
    return out;
  },
  async parse(bytes, folder) {
    const path = join(folder, 'a.parquet');
    await writeFile(path, bytes);
    const captions = Buffer.from(bytes).includes('captions')
      ? ({captions: {column: 'captions', missing: 'stop'}} as const)
      : {};
    const settings = {resolution: 6, channels: 3, corrupt: 'skip', ...captions} as const;
    const column = Buffer.from(bytes).includes('picture') ? 'picture' : 'image';
    const files = filesEnding(await walkFiles(path, () => undefined), '.parquet', path);
    const source = await parquetImages(files, {...settings, column}, () => undefined);
    for (let i = 0; i < Math.min(source.size, 12); i++) {
      await source.read(i);
      await source.captions?.(i);
    }
  },
};
