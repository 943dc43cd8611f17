import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {openTorchFile} from '../../../trainer/store/weights/torch/torchFile.ts';
import {dictPickle, tensorPickle, text, zipBytes} from '../../trainer/store/torchArchive.ts';
import type {FuzzTarget} from '../target.ts';

const tensors = dictPickle({
  a: tensorPickle({shape: [2, 3], strides: [3, 1]}),
  b: tensorPickle({shape: [3, 2], strides: [1, 3]}),
});

const pickles = [
  tensors,
  dictPickle({x: tensorPickle({storage: 'HalfStorage', shape: [4], strides: [0], offset: 2})}),
  // Protocol 2, as PyTorch writes it: memo, binary integers and a persistent id.
  `\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01(X\x01\x00\x00\x00aq\x02ctorch._utils\n_rebuild_tensor_v2\nq\x03((X\x07\x00\x00\x00storageq\x04ctorch\nFloatStorage\nq\x05X\x01\x00\x00\x000q\x06X\x03\x00\x00\x00cpuq\x07K\x06tq\x08QK\x00K\x02K\x03\x86q\x09K\x03K\x01\x86q\x0a\x89h\x00)Rq\x0btq\x0cRq\x0du.`,
  `(dVstate_dict\n${tensors.slice(0, -1)}s.`,
];

export const torch: FuzzTarget = {
  name: 'torch',
  seeds: async () => [...pickles.map((pickle) => archive(pickle)), archive(pickles[0] ?? '', true)],
  tokens: [
    '(',
    '}',
    ']',
    ')',
    '2',
    '\x85',
    '\x86',
    '\x87',
    'h\x00',
    'q\x00',
    '\x94',
    '0',
    't',
    'l',
    'd',
    's',
    'u',
    'a',
    'e',
    'b',
    'R',
    '\x81',
    '\x93',
    '.',
    'B\xfb\xff\xff\xff',
    'C\x01x',
    'X\xff\xff\xff\x7f',
    '\x8d\xff\xff\xff\xff\xff\xff\xff\xff',
    '\x8b\xff\xff\x00\x00',
    '\x8a\xff',
    'I-1\n',
    'I9007199254740993\n',
    'L99999999999999999999L\n',
    'cos\nsystem\n',
    'cbuiltins\neval\n',
    text('get'),
    text('__proto__'),
    text('__dict__'),
    'ccollections\nOrderedDict\n',
  ],
  /** As the pickle of an archive that is whole: half of the inputs test the zip, half the pickle. */
  repair: (bytes) => {
    const start = Buffer.from(bytes).indexOf('data.pkl');
    return start < 0 ? archive(Buffer.from(bytes).toString('latin1')) : archive(pickleIn(bytes, start));
  },
  async parse(bytes, folder) {
    const path = join(folder, 'model.bin');
    await writeFile(path, bytes);
    const reader = await openTorchFile(path);
    try {
      for (const name of [...reader.shapes.keys()].slice(0, 64)) await reader.read(name);
    } finally {
      await reader.close();
    }
  },
};

function archive(pickle: string, wide = false): Uint8Array {
  const six = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer);
  return zipBytes({'m/data.pkl': pickle, 'm/byteorder': 'little', 'm/data/0': six}, wide);
}

/** What lies between the header of the pickle and that of the next entry, mutated or not. */
function pickleIn(bytes: Uint8Array, start: number): string {
  const content = Buffer.from(bytes).subarray(start + 'data.pkl'.length + 11);
  const end = content.indexOf('PK\x03\x04', 0, 'latin1');
  return content.subarray(0, end < 0 ? content.length : end).toString('latin1');
}
