import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {openSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {repository} from '../buildWorker.ts';
import type {FuzzTarget} from '../target.ts';

export const safetensors: FuzzTarget = {
  name: 'safetensors',
  seeds: async () => [
    safetensorsFile('{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}', 16),
    safetensorsFile(
      '{"w":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},"i":{"dtype":"I64","shape":[],"data_offsets":[6,14]},"e":{"dtype":"BF16","shape":[0,5],"data_offsets":[14,14]}}',
      14,
    ),
    new Uint8Array(
      (await readFile(join(repository, 'test/fixtures/golden/modern/arrays.safetensors'))).subarray(0, 60_000),
    ),
  ],
  tokens: [
    '{"a":',
    '[',
    '"__proto__":',
    '"shape":[4294967296,4294967296],',
    '-1,',
    '9007199254740993',
    '"dtype":"F8_E4M3",',
    '\\u0000',
    '},"a":{',
    '"__metadata__":{"a":1},',
    '\xff',
    ' ',
  ],
  /** The length of the header again, after a mutation that changed it. */
  repair(bytes) {
    const end = Buffer.from(bytes).lastIndexOf('}') + 1;
    if (end <= 8) return bytes;
    const out = bytes.slice();
    new DataView(out.buffer).setBigUint64(0, BigInt(end - 8), true);
    return out;
  },
  async parse(bytes, folder) {
    const path = join(folder, 'a.safetensors');
    await writeFile(path, bytes);
    const reader = await openSafetensors(path);
    try {
      for (const name of reader.shapes.keys()) await reader.read(name);
    } finally {
      await reader.close();
    }
  },
};

/** A file with that header, its length in front, and so many zero bytes of data. */
function safetensorsFile(header: string, dataLength: number): Uint8Array {
  const out = new Uint8Array(8 + header.length + dataLength);
  new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true);
  out.set(Buffer.from(header), 8);
  return out;
}
