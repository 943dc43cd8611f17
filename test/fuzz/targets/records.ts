import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {readRecord} from '../../../trainer/engine/tensorflow/install/readRecord.ts';
import {readJson} from '../../../trainer/store/files/jsonFile.ts';
import type {FuzzTarget} from '../target.ts';
import {recordExamples} from './recordExamples.ts';

/** Every JSON record; the first byte of an input says which. */
export const records: FuzzTarget = {
  name: 'records',
  seeds: async () => recordExamples.map(({example}, i) => Uint8Array.of(i, ...Buffer.from(JSON.stringify(example)))),
  tokens: [
    '[',
    '{"a":',
    '{',
    '}',
    ',',
    '"__proto__":{},',
    '"constructor":null,',
    '"a":1,',
    '1e999',
    '-0.5',
    'null',
    '"',
    '\\u0000',
    '\\ud800',
    '\xff',
    '\xef\xbb\xbf',
    ' ',
    '9007199254740993',
    '[[],',
  ],
  async parse(bytes, folder) {
    const {schema} = recordExamples[(bytes[0] ?? 0) % recordExamples.length] ?? {};
    if (schema === undefined) return;
    const path = join(folder, 'record.json');
    await writeFile(path, bytes.subarray(1));
    await readRecord(path, schema);
    await readJson(path, schema, 'the record');
  },
};
