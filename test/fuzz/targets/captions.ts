import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {readMetadataTable} from '../../../trainer/data/captions/metadataTable.ts';
import type {FuzzTarget} from '../target.ts';

const files = ['metadata.jsonl', 'metadata.csv'];

/** The metadata file of an image folder; the first byte of an input says which kind. */
export const captions: FuzzTarget = {
  name: 'captions',
  seeds: async () => [
    Uint8Array.of(
      0,
      ...Buffer.from('{"file_name": "1.png", "text": ["a", "b"]}\n\n{"file_name": "2.png", "text": "c"}\n'),
    ),
    Uint8Array.of(1, ...Buffer.from('file_name,width,text\n1.png,2,"a, ""b"""\n2.png,2,c\n')),
  ],
  tokens: [
    '"',
    '""',
    ',',
    '\r',
    '\n',
    '{"__proto__":1,',
    '"__proto__"',
    'constructor',
    '[[',
    '\xff',
    '\x00',
    '"text":null',
    '\\',
    '../',
  ],
  async parse(bytes, folder) {
    const path = join(folder, files[(bytes[0] ?? 0) % files.length] ?? '');
    await writeFile(path, bytes.subarray(1));
    await readMetadataTable(path);
  },
};
