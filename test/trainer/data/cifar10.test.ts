import {mkdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {openCifar10} from '../../../trainer/data/cifar10.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const RECORD = 3073;

describe('openCifar10', () => {
  it('reads the records of the five training files in order', async () => {
    const {train, test} = await openCifar10(await cifarFolder());
    expect([train.size, test.size, train.shape]).toEqual([10, 2, [32, 32, 3]]);
    expect(Array.from({length: 10}, (_, i) => train.label?.(i))).toEqual([1, 2, 2, 3, 3, 4, 4, 5, 5, 6]);
    expect([test.label?.(0), test.label?.(1)]).toEqual([6, 7]);
  });

  it('turns colour planes into interleaved pixels', async () => {
    const {train} = await openCifar10(await cifarFolder());
    const pixels = await train.read(3);
    expect(pixels).toHaveLength(3072);
    for (const [pixel, channel] of [
      [0, 0],
      [0, 2],
      [33, 1],
      [1023, 2],
    ] as const) {
      expect(pixels?.[pixel * 3 + channel]).toBe(value(3, channel * 1024 + pixel));
    }
  });

  it('looks into cifar-10-batches-bin', async () => {
    const outer = await temporaryFolder();
    await mkdir(join(outer, 'cifar-10-batches-bin'));
    await writeBatches(join(outer, 'cifar-10-batches-bin'));
    expect((await openCifar10(outer)).train.fingerprint).toBe(
      (await openCifar10(await cifarFolder())).train.fingerprint,
    );
  });

  it('refuses a file that was cut', async () => {
    const folder = await cifarFolder();
    await writeFile(join(folder, 'data_batch_2.bin'), new Uint8Array(RECORD + 100));
    await expect(openCifar10(folder)).rejects.toThrow('The file has 3173 bytes, not a multiple of 3073.');
  });

  it('refuses labels above 9, such as those of CIFAR-100', async () => {
    const folder = await cifarFolder();
    const bytes = new Uint8Array(3 * RECORD);
    bytes[2 * RECORD] = 10;
    await writeFile(join(folder, 'test_batch.bin'), bytes);
    await expect(openCifar10(folder)).rejects.toThrow('Record 2 has the label 10');
  });

  it('says which file is missing', async () => {
    const folder = await cifarFolder();
    await rm(join(folder, 'data_batch_4.bin'));
    await expect(openCifar10(folder)).rejects.toMatchObject({
      code: 'data-missing',
      where: join(folder, 'data_batch_4.bin'),
    });
  });
});

async function cifarFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await writeBatches(folder);
  return folder;
}

/** File n holds two records with the labels n and n + 1; the test file comes sixth. */
async function writeBatches(folder: string): Promise<void> {
  const names = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`);
  await Promise.all(
    [...names, 'test_batch.bin'].map((name, file) => {
      const records = [0, 1].flatMap((i) => [
        file + 1 + i,
        ...Array.from({length: 3072}, (_, byte) => value(2 * file + i, byte)),
      ]);
      return writeFile(join(folder, name), Uint8Array.from(records));
    }),
  );
}

function value(image: number, byte: number): number {
  return (image * 31 + byte * 7 + (byte >> 8)) % 256;
}
