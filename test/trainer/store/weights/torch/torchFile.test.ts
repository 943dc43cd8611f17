import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {openTorchFile} from '../../../../../trainer/store/weights/torch/torchFile.ts';
import type {TensorReader} from '../../../../../trainer/store/weights/tensorReader.ts';
import {temporaryFolder} from '../../../../helpers/temporaryFolder.ts';
import {golden} from '../../golden.ts';
import {dictPickle, tensorPickle, text, writeZip} from '../../torchArchive.ts';

const bytes = (values: ArrayBufferView) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
const six = bytes(Float32Array.of(0, 1, 2, 3, 4, 5));

async function torchFile(
  pickle: string,
  storages: Record<string, Uint8Array | string> = {'data/0': six},
  wide = false,
): Promise<string> {
  const path = join(await temporaryFolder(), 'model.bin');
  const entries = Object.entries({'data.pkl': pickle, ...storages}).map(([name, content]) => [
    `model/${name}`,
    content,
  ]);
  await writeZip(path, Object.fromEntries(entries) as Record<string, Uint8Array | string>, wide);
  return path;
}

async function readOne(path: string, name = 'a'): Promise<Float32Array> {
  const reader: TensorReader = await openTorchFile(path);
  return reader.read(name).finally(() => reader.close());
}

describe('openTorchFile', () => {
  it('reads a state dict that PyTorch wrote', async () => {
    const reader = await openTorchFile(golden('legacy/diffusion_pytorch_model.bin'));
    expect(reader.shapes.size).toBe(328);
    expect(reader.shapes.get('mid_block.attentions.0.query.weight')).toEqual([16, 16]);
    expect(new Set(reader.dtypes.values())).toEqual(new Set(['F32']));
    await reader.close();
  });

  it('refuses a whole pickled module by the name of its class', async () => {
    await expect(openTorchFile(golden('legacy/pickled_module.bin'))).rejects.toMatchObject({
      code: 'pickle-refused',
      message: expect.stringContaining('torch.nn.modules.linear.Linear') as string,
    });
  });

  it.each([
    ['os system', `cos\nsystem\n(${text('true')}tR.`],
    ['a global by stack', `\x80\x04\x8c\x02os\x8c\x06system\x93(${text('true')}tR.`],
    ['a builtin', '\x80\x02cbuiltins\neval\n.'],
    ['an instance', '(ios\nsystem\n.'],
    ['a class constructed', '\x80\x02csubprocess\nPopen\n)\x81.'],
    [
      'code deep inside of the arguments',
      `ctorch._utils\n_rebuild_parameter\n((cposix\nsystem\n(${text('true')}tRttR.`,
    ],
    ['code as the attributes of a dict', `ccollections\nOrderedDict\n(tRcbuiltins\nexec\n(${text('x')}tRb.`],
    ['a persistent id that is made by code', `cbuiltins\neval\n(${text('1')}tRQ.`],
    ['an inherited property name', 'cconstructor\nconstructor\n)R.'],
  ])('refuses %s without calling it', async (_, pickle) => {
    await expect(openTorchFile(await torchFile(pickle))).rejects.toMatchObject({code: 'pickle-refused'});
  });

  it.each([
    ['calls a storage class', 'ctorch\nFloatStorage\n(tR.', /damaged/],
    ['constructs an allowed function', '\x80\x02ccollections\nOrderedDict\n)\x81.', /damaged/],
    ['alters an allowed function', `ccollections\nOrderedDict\n(dVcall\nVx\nsb0${dictPickle({})}`, /damaged/],
    ['alters a tensor', `${tensorPickle({shape: [1], strides: [1]})}(dVoffset\nI9\nsb0${dictPickle({})}`, /damaged/],
    ['calls a text', `${text('text')}(tR.`, /damaged/],
    ['rebuilds a tensor from a text', `ctorch._utils\n_rebuild_tensor_v2\n(${text('x')}I0\n(t(ttR.`, /damaged/],
    ['names an extension code', '\x80\x02\x82\x01.', /damaged/],
    ['moves backwards', '\x80\x02B\xfb\xff\xff\xff.', /damaged/],
    ['claims a text of 2 GB', '\x80\x02X\xff\xff\xff\x7f.', /damaged/],
    ['claims a text of 2^64 bytes', '\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff.', /damaged/],
    ['holds an integer of a megabyte', `\x80\x02\x8b\x00\x00\x10\x00${'\xff'.repeat(1 << 20)}.`, /damaged/],
    ['makes millions of objects', `\x80\x02${'}'.repeat(2_000_000)}.`, /damaged/],
    ['makes a dict of pairs', `ccollections\nOrderedDict\n((${text('a')}I1\ntltR.`, /damaged/],
    ['calls with thousands of arguments', `ctorch._utils\n_rebuild_tensor_v2\n(${'N'.repeat(5000)}tR.`, /damaged/],
    ['sets a method of a dict', `(${text('get')}${text('x')}d.`, /'get' of the state dict is not a tensor/],
    ['sets the prototype of a dict', `(${text('__proto__')}(ld.`, /'__proto__' of the state dict is not a tensor/],
    ['sets an attribute of a list', `(l(${text('length')}I4294967295\ndb.`, /damaged/],
    // Each tuple holds the one before twice: as a text it would have 2^60 letters.
    ['nests a key that doubles sixty times', `(V\n${'2\x86'.repeat(60)}Nd.`, /a key that is no text/],
    ['takes from an empty stack', '0.', /damaged/],
    ['has a mark too few', 't.', /damaged/],
    ['recalls what was never stored', 'h\x07.', /damaged/],
    ['stops early', 'ccollections\nOrderedDict\n(tR', /damaged/],
    ['is noise', '\xff\xfe\xfd', /damaged/],
    ['is a list', '(l.', /no state dict/],
    ['holds a number for a tensor', dictPickle({a: 'I3\n'}), /'a' of the state dict is not a tensor/],
  ])('refuses a pickle that %s', async (_, pickle, message) => {
    const error = await openTorchFile(await torchFile(pickle)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({code: 'torch-file-invalid'});
    expect(String(error)).toMatch(message);
  });

  it('reads nested state dicts, parameters and 64-bit archives', async () => {
    const parameter = `ctorch._utils\n_rebuild_parameter\n(${tensorPickle({shape: [6], strides: [1]})}I01\nccollections\nOrderedDict\n(tRtR`;
    const nested = `(dVepoch\nI3\nsVstate_dict\n${dictPickle({a: parameter}).slice(0, -1)}s.`;
    expect(await readOne(await torchFile(nested))).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
    expect(await readOne(await torchFile(nested, {'data/0': six}, true))).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
  });

  it('reads the state dict of a training, beside which its callbacks and losses lie', async () => {
    const scalar = `cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(Vf8\nI00\nI01\ntR(I3\nV<\nNNNI-1\nI-1\nI0\ntbc_codecs\nencode\n(Vx\nVlatin1\ntRtR`;
    const callbacks = `(dcpytorch_lightning.callbacks.model_checkpoint\nModelCheckpoint\n(dVcurrent_score\n${scalar}ssVseen\nc__builtin__\nset\n((lI1\natRs`;
    const pickle = `(dVcallbacks\n${callbacks}sVstate_dict\n${dictPickle({a: tensorPickle({shape: [6], strides: [1]})}).slice(0, -1)}s.`;
    expect(await readOne(await torchFile(pickle))).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
    const among = dictPickle({a: scalar});
    await expect(openTorchFile(await torchFile(among))).rejects.toThrow(/'a' of the state dict is not a tensor/);
  });

  it.each([
    ['a transpose', {shape: [3, 2], strides: [1, 3]}, [0, 3, 1, 4, 2, 5]],
    ['a column', {shape: [2], strides: [3], offset: 1}, [1, 4]],
    ['an offset', {shape: [2, 2], strides: [2, 1], offset: 2}, [2, 3, 4, 5]],
    ['an expanded axis', {shape: [2, 2], strides: [0, 1], offset: 4}, [4, 5, 4, 5]],
    ['any stride of an axis of one', {shape: [1, 2], strides: [77, 1]}, [0, 1]],
    ['a scalar', {shape: [], strides: [], offset: 5}, [5]],
    ['an empty tensor', {shape: [0, 3], strides: [3, 1]}, []],
  ])('honours the strides of %s', async (_, view, expected) => {
    expect(await readOne(await torchFile(dictPickle({a: tensorPickle(view)})))).toEqual(Float32Array.from(expected));
  });

  it.each([
    ['HalfStorage', bytes(Uint16Array.of(0x3c00, 0xc000)), [1, -2]],
    ['BFloat16Storage', bytes(Uint16Array.of(0x3f80, 0xc000)), [1, -2]],
    ['DoubleStorage', bytes(Float64Array.of(1, -2)), [1, -2]],
    ['LongStorage', bytes(BigInt64Array.of(1n, -2n)), [1, -2]],
    ['IntStorage', bytes(Int32Array.of(1, -2)), [1, -2]],
    ['ByteStorage', Uint8Array.of(1, 254), [1, 254]],
    ['BoolStorage', Uint8Array.of(1, 0), [1, 0]],
  ])('widens a %s', async (storage, data, expected) => {
    const pickle = dictPickle({a: tensorPickle({storage, elements: 2, shape: [2], strides: [1]})});
    expect(await readOne(await torchFile(pickle, {'data/0': data}))).toEqual(Float32Array.from(expected));
  });

  it.each([
    ['ends beyond the storage', {shape: [7], strides: [1]}],
    ['starts beyond the storage', {shape: [6], strides: [1], offset: 1}],
    ['strides beyond the storage', {shape: [2, 2], strides: [5, 1]}],
    ['lies in a storage larger than its entry', {shape: [7], strides: [1], elements: 7}],
    ['lies in a storage that is missing', {shape: [6], strides: [1], key: '1'}],
    ['climbs out of the data folder', {shape: [1], strides: [1], key: '../data.pkl'}],
    ['has a negative stride', {shape: [2], strides: [-1], offset: 1}],
    ['repeats one element a billion times', {shape: [2 ** 30], strides: [0]}],
    ['has a shape that overflows', {shape: [2 ** 52, 2 ** 52, 2 ** 52], strides: [0, 0, 0]}],
    ['has seventeen axes', {shape: Array<number>(17).fill(1), strides: Array<number>(17).fill(1)}],
    ['has fewer strides than axes', {shape: [2, 3], strides: [1]}],
  ])('refuses a tensor that %s', async (_, view) => {
    await expect(openTorchFile(await torchFile(dictPickle({a: tensorPickle(view)})))).rejects.toMatchObject({
      code: 'torch-file-invalid',
    });
  });

  it('tells old files, other zips, big-endian and damaged files apart', async () => {
    const folder = await temporaryFolder();
    const old = join(folder, 'old.bin');
    await writeFile(old, '\x80\x02\x8a\x0al', 'latin1');
    await expect(openTorchFile(old)).rejects.toMatchObject({code: 'torch-file-old', where: old});
    const other = join(folder, 'other.bin');
    await writeZip(other, {'readme.txt': 'x'});
    await expect(openTorchFile(other)).rejects.toThrow(/no data\.pkl/);
    const big = await torchFile(dictPickle({}), {byteorder: 'big'});
    await expect(openTorchFile(big)).rejects.toThrow(/'big'/);
    const cut = join(folder, 'cut.bin');
    await writeFile(cut, (await readFile(golden('legacy/diffusion_pytorch_model.bin'))).subarray(0, 5000));
    await expect(openTorchFile(cut)).rejects.toMatchObject({code: 'zip-invalid'});
  });

  it('refuses compressed entries', async () => {
    const path = await torchFile(dictPickle({a: tensorPickle({shape: [6], strides: [1]})}));
    const archive = await readFile(path);
    for (let at = archive.indexOf('PK\x01\x02'); at >= 0; at = archive.indexOf('PK\x01\x02', at + 1))
      archive.writeUInt16LE(8, at + 10);
    await writeFile(path, archive);
    await expect(openTorchFile(path)).rejects.toMatchObject({code: 'zip-compressed'});
  });
});
