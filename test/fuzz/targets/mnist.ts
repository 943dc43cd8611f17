import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {openMnist} from '../../../trainer/data/mnist.ts';
import type {FuzzTarget} from '../target.ts';

const images = idx([3, 4, 4]);
const labels = idx([3]);

/** MNIST's pair of files: an even first byte replaces the images, an odd one the labels. */
export const mnist: FuzzTarget = {
  name: 'mnist',
  seeds: async () => [Uint8Array.of(0, ...images), Uint8Array.of(1, ...labels)],
  tokens: [
    '\x00\x00\x08\x03',
    '\x00\x00\x08\x01',
    '\x00\x00\x00\x00',
    '\xff\xff\xff\xff',
    '\x1f\x8b',
    '\x00\x01\x00\x00',
  ],
  async parse(bytes, folder) {
    const hostile = bytes.subarray(1);
    const isLabels = ((bytes[0] ?? 0) & 1) === 1;
    for (const part of ['train', 't10k']) {
      await writeFile(join(folder, `${part}-images-idx3-ubyte`), isLabels ? images : hostile);
      await writeFile(join(folder, `${part}-labels-idx1-ubyte`), isLabels ? hostile : labels);
    }
    const {train} = await openMnist(folder);
    for (let i = 0; i < Math.min(train.size, 10); i++) await train.read(i);
  },
};

function idx(dimensions: readonly number[]): Uint8Array {
  const size = dimensions.reduce((product, length) => product * length, 1);
  const out = new Uint8Array(4 + 4 * dimensions.length + size);
  out.set([0, 0, 8, dimensions.length]);
  dimensions.forEach((length, axis) => new DataView(out.buffer).setUint32(4 + 4 * axis, length));
  return out;
}
