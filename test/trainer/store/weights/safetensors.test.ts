import {readFile, readdir, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {DType} from '../../../../trainer/store/weights/dtype.ts';
import {
  openSafetensors,
  writeHashedSafetensors,
  writeSafetensors,
  type TensorSource,
} from '../../../../trainer/store/weights/safetensors.ts';
import {hashFile} from '../../../../trainer/store/hashes/sha256.ts';
import type {TensorReader} from '../../../../trainer/store/weights/tensorReader.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {golden} from '../golden.ts';

function sources(reader: TensorReader): TensorSource[] {
  return [...reader.shapes].map(([name, shape]) => ({
    name,
    shape,
    dtype: reader.dtypes.get(name) ?? 'F32',
    read: () => reader.readBytes(name),
  }));
}

/** A file with a header as given, its length in front. */
async function withHeader(header: string, data: Uint8Array = new Uint8Array(0)): Promise<string> {
  const path = join(await temporaryFolder(), 'hostile.safetensors');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  await writeFile(path, Buffer.concat([length, Buffer.from(header), data]));
  return path;
}

const tensor = (dtype: string, shape: number[], begin: number, end: number) =>
  JSON.stringify({dtype, shape, data_offsets: [begin, end]});

describe('openSafetensors', () => {
  it('reads what the official library wrote', async () => {
    const reader = await openSafetensors(golden('cifar/unet/diffusion_pytorch_model.safetensors'));
    expect(reader.shapes.size).toBe(328);
    expect(reader.shapes.get('conv_in.weight')).toEqual([8, 3, 3, 3]);
    expect(reader.metadata).toEqual(new Map([['format', 'pt']]));
    expect(await reader.read('conv_norm_out.weight')).toHaveLength(8);
    await expect(reader.read('none')).rejects.toMatchObject({code: 'tensor-missing'});
    await reader.close();
  });

  it('widens every number format', async () => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    const bytes = (values: ArrayBufferView) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const source = (dtype: DType, read: () => Float32Array | BigInt64Array | Uint8Array): TensorSource => {
      return {name: dtype, dtype, shape: [2], read};
    };
    await writeSafetensors(path, [
      source('F32', () => Float32Array.of(-1.5, 3)),
      source('F16', () => Float32Array.of(-1.5, 3)),
      source('BF16', () => Float32Array.of(-1.5, 3)),
      source('F64', () => bytes(Float64Array.of(-1.5, 3))),
      source('I64', () => BigInt64Array.of(-7n, 3n)),
      source('I32', () => bytes(Int32Array.of(-7, 3))),
      source('U8', () => Uint8Array.of(200, 3)),
      source('BOOL', () => Uint8Array.of(1, 0)),
    ]);
    const reader = await openSafetensors(path);
    for (const name of ['F32', 'F16', 'BF16', 'F64']) expect(await reader.read(name)).toEqual(Float32Array.of(-1.5, 3));
    for (const name of ['I64', 'I32']) expect(await reader.read(name)).toEqual(Float32Array.of(-7, 3));
    expect(await reader.read('U8')).toEqual(Float32Array.of(200, 3));
    expect(await reader.read('BOOL')).toEqual(Float32Array.of(1, 0));
    await reader.close();
  });

  it.each([
    ['a hole', `{"a":${tensor('F32', [1], 4, 8)}}`, 8, /hole or an overlap/],
    ['an overlap', `{"a":${tensor('F32', [1], 0, 4)},"b":${tensor('F32', [1], 2, 6)}}`, 6, /hole or an overlap/],
    ['two tensors in one place', `{"a":${tensor('F32', [1], 0, 4)},"b":${tensor('F32', [1], 0, 4)}}`, 4, /overlap/],
    ['offsets beyond the file', `{"a":${tensor('F32', [4], 0, 16)}}`, 8, /describes 16 bytes/],
    ['data that no tensor describes', `{"a":${tensor('F32', [1], 0, 4)}}`, 8, /describes 4 bytes/],
    ['a length that contradicts the shape', `{"a":${tensor('F32', [3], 0, 8)}}`, 8, /needs 12 bytes/],
    ['offsets that run backwards', `{"a":${tensor('F32', [1], 4, 0)}}`, 4, /needs 4 bytes/],
    ['a shape that overflows', `{"a":${tensor('F32', [2 ** 40, 2 ** 40, 2 ** 40], 0, 4)}}`, 4, /needs/],
    ['a negative size', `{"a":${tensor('F32', [-1, -1], 0, 4)}}`, 4, /shape/],
    ['a key twice', `{"a":${tensor('F32', [1], 0, 4)},"\\u0061":${tensor('F32', [1], 0, 4)}}`, 4, /'a' twice/],
    [
      'a key twice in an entry',
      '{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}',
      4,
      /'shape' twice/,
    ],
    ['an array', '[1]', 0, /not a JSON object/],
    ['leading space', ' {}', 0, /not a JSON object/],
    ['broken JSON', '{"a":', 0, /not valid JSON/],
    ['metadata that is no text', '{"__metadata__":{"epoch":3}}', 0, /metadata.*epoch/s],
    ['an unknown field', '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}', 4, /x/],
    ['lists 100,000 deep', `{"a":${'['.repeat(100_000)}`, 0, /The header is not read: it is nested too deeply/],
    ['half a million tensors', `{${'"a":{},'.repeat(500_000)}"b":{}}`, 0, /it holds more than 400000 values/],
    ['a metadata text that does not end', `{"__metadata__":{"a":"${'x'.repeat(1_000_000)}`, 0, /not valid JSON/],
    ['two shapes that cancel out', `{"a":${tensor('F32', [0, 2 ** 53 - 1], 0, 4)}}`, 4, /needs 0 bytes/],
    [
      'offsets that are no safe numbers',
      '{"a":{"dtype":"U8","shape":[1],"data_offsets":[9007199254740992,9007199254740993]}}',
      1,
      /data_offsets/,
    ],
    ['a fraction of a size', `{"a":${tensor('F32', [0.5], 0, 2)}}`, 2, /shape/],
    ['bytes that are no text', '{"\ud800":1}', 0, /tensor/],
    ['a tensor named __proto__ without its data', `{"__proto__":${tensor('F32', [1], 0, 4)}}`, 0, /describes 4 bytes/],
  ])('refuses a header with %s', async (_, header, dataLength, message) => {
    const path = await withHeader(header, new Uint8Array(dataLength));
    const error = await openSafetensors(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({name: 'UserError', where: path});
    expect(String(error)).toMatch(message);
  });

  it('reads a metadata text of some megabytes', async () => {
    const text = 'a"\\'.repeat(1_000_000);
    const path = await withHeader(JSON.stringify({__metadata__: {text}}));
    const reader = await openSafetensors(path);
    expect(reader.metadata.get('text')).toBe(text);
    await reader.close();
  });

  it('says of a name with a million letters no more than can be read', async () => {
    const path = await withHeader(`{"${'x'.repeat(1_000_000)}":{"dtype":"F8"}}`);
    const error = await openSafetensors(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({code: 'content-invalid'});
    expect(String(error).length).toBeLessThan(11_000);
  });

  it('refuses a huge header without reading it', async () => {
    const path = join(await temporaryFolder(), 'sparse.safetensors');
    await writeFile(path, Buffer.from('\x80\x84\x1e\x01\0\0\0\0{', 'latin1')); // 18,777,216 bytes
    await truncate(path, 20_000_000);
    await expect(openSafetensors(path)).rejects.toThrow(
      'The header claims 18777216 bytes, but at most 16000000 are allowed.',
    );
  });

  it('names an unsupported number format', async () => {
    const path = await withHeader(`{"a":${tensor('F8_E4M3', [4], 0, 4)}}`, new Uint8Array(4));
    await expect(openSafetensors(path)).rejects.toMatchObject({
      code: 'dtype-unsupported',
      message: expect.stringContaining('F8_E4M3') as string,
    });
  });

  it('refuses header lengths beyond the limit or the file without reading them', async () => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    for (const [length, message] of [
      [2n ** 63n, /at most 16000000/],
      [1000n, /only 10/],
    ] as const) {
      const bytes = Buffer.from('........{}');
      bytes.writeBigUInt64LE(length);
      await writeFile(path, bytes);
      await expect(openSafetensors(path)).rejects.toThrow(message);
    }
    await writeFile(path, 'short');
    await expect(openSafetensors(path)).rejects.toThrow(/too short/);
    await expect(openSafetensors(`${path}.none`)).rejects.toMatchObject({code: 'file-missing'});
  });
});

describe('writeSafetensors', () => {
  it.each(['cifar', 'modern'])('writes the same bytes as the official library (%s)', async (model) => {
    const path = join(await temporaryFolder(), 'copy.safetensors');
    const original = golden(`${model}/unet/diffusion_pytorch_model.safetensors`);
    const reader = await openSafetensors(original);
    const hash = await writeHashedSafetensors(path, sources(reader).reverse(), Object.fromEntries(reader.metadata));
    await reader.close();
    expect((await readFile(path)).equals(await readFile(original))).toBe(true);
    expect(hash).toBe(await hashFile(path));
  });

  it('orders mixed number formats as the official library', async () => {
    const path = join(await temporaryFolder(), 'copy.safetensors');
    const reader = await openSafetensors(golden('cifar/arrays.safetensors'));
    await writeSafetensors(path, sources(reader).reverse());
    const copy = await openSafetensors(path);
    expect(new Set(reader.dtypes.values())).toEqual(new Set(['I64', 'F32']));
    expect([...copy.shapes]).toEqual([...reader.shapes]);
    for (const name of reader.shapes.keys()) expect(await copy.readBytes(name)).toEqual(await reader.readBytes(name));
    await Promise.all([reader.close(), copy.close()]);
  });

  it('aligns the data, marks the file as PyTorch and keeps names that look like numbers', async () => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    const one = (name: string): TensorSource => ({
      name,
      shape: [],
      dtype: 'F32',
      read: () => Float32Array.of(Number(name)),
    });
    await writeSafetensors(path, ['10', '9', '1'].map(one), {step: 'seven'});
    const bytes = await readFile(path);
    expect(Number(bytes.readBigUInt64LE()) % 8).toBe(0);
    const reader = await openSafetensors(path);
    expect(reader.metadata).toEqual(
      new Map([
        ['format', 'pt'],
        ['step', 'seven'],
      ]),
    );
    expect(await reader.read('10')).toEqual(Float32Array.of(10));
    expect(await reader.read('9')).toEqual(Float32Array.of(9));
    await reader.close();
  });

  it('leaves no file behind when a tensor has the wrong length or a name comes twice', async () => {
    const folder = await temporaryFolder();
    const wrong: TensorSource = {name: 'a', shape: [3], dtype: 'F32', read: () => new Float32Array(2)};
    await expect(writeSafetensors(join(folder, 'a.safetensors'), [wrong])).rejects.toThrow(/8 bytes instead of 12/);
    await expect(writeSafetensors(join(folder, 'a.safetensors'), [wrong, wrong])).rejects.toThrow(/two tensors/);
    expect(await readdir(folder)).toEqual([]);
  });
});
