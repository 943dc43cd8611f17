import {createHash} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {zipSync} from 'fflate';
import {unpackWheel, withWheel} from '../../../trainer/engine/tensorflow/install/wheelFile.ts';
import type {FuzzTarget} from '../target.ts';

export const zip: FuzzTarget = {
  name: 'zip',
  seeds: async () => [wheel('stored', 0), wheel('folder/deflated', 9)],
  tokens: [
    'PK\x03\x04',
    'PK\x01\x02',
    'PK\x05\x06',
    'PK\x06\x06',
    'PK\x06\x07',
    '../',
    '/',
    '\x01\x00\x18\x00',
    '\xff\xff\xff\xff',
    '\x00\x00\x00\x00',
    '\x08\x00',
    '\\',
    '\x00',
  ],
  async parse(bytes, folder) {
    const path = join(folder, 'a.whl');
    await writeFile(path, bytes);
    await withWheel(path, (opened) =>
      unpackWheel(
        opened,
        join(folder, 'unpacked'),
        (name) => !name.endsWith('RECORD'),
        () => undefined,
      ),
    );
  },
};

/** A wheel with one file of its own besides the two that tell about it. */
function wheel(name: string, level: 0 | 9): Uint8Array {
  const content = Buffer.from('content of the file '.repeat(20));
  const metadata = Buffer.from('Name: a\n');
  const line = (file: string, bytes: Buffer) =>
    `${file},sha256=${createHash('sha256').update(bytes).digest('base64url')},${bytes.length}\n`;
  const record = Buffer.from(line(name, content) + line('a-1.dist-info/METADATA', metadata));
  const files = {[name]: content, 'a-1.dist-info/METADATA': metadata, 'a-1.dist-info/RECORD': record};
  return zipSync(files, {level, mtime: new Date(1980, 0, 1)});
}
