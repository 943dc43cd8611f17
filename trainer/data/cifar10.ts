import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {UserError} from '../contract/errors.ts';
import {readRegularFile} from '../store/files/regularFile.ts';
import type {ImageSource, OfficialSplit} from './dataset.ts';
import {fingerprintOf} from './fingerprint.ts';
import {memorySource} from './memorySource.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;
const PIXELS = 3 * PLANE;
const RECORD = 1 + PIXELS;
const CLASSES = 10;

/** A batch has 31 MB. */
const largestFile = 2 ** 31 - 1;

const trainFiles = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`);
const testFiles = ['test_batch.bin'];

/** Paths of the six files of a folder, or of the folder `cifar-10-batches-bin` in it. */
export function cifar10Files(folder: string): string[] {
  return [...trainFiles, ...testFiles].map((name) => join(unpackedIn(folder), name));
}

function unpackedIn(folder: string): string {
  const unpacked = join(folder, 'cifar-10-batches-bin');
  return existsSync(unpacked) ? unpacked : folder;
}

/**
 * CIFAR-10, the binary version (https://www.cs.toronto.edu/~kriz/cifar.html), as [32, 32, 3]. `folder` holds the six
 * files, or the folder `cifar-10-batches-bin` of the archive. The fingerprint is over the file bytes.
 */
export async function openCifar10(folder: string): Promise<OfficialSplit> {
  const files = unpackedIn(folder);
  const [train, test] = await Promise.all([openPart(files, trainFiles), openPart(files, testFiles)]);
  return {train, test};
}

async function openPart(folder: string, names: readonly string[]): Promise<ImageSource> {
  const files = await Promise.all(names.map((name) => readRecords(join(folder, name))));
  const count = files.reduce((sum, bytes) => sum + bytes.length / RECORD, 0);
  const pixels = new Uint8Array(count * PIXELS);
  const labels = new Uint8Array(count);
  let image = 0;
  for (const bytes of files) {
    for (let start = 0; start < bytes.length; start += RECORD, image++) {
      labels[image] = bytes[start] ?? 0;
      interleave(bytes.subarray(start + 1, start + RECORD), pixels.subarray(image * PIXELS, (image + 1) * PIXELS));
    }
  }
  return memorySource({pixels, labels, shape: [SIDE, SIDE, 3], fingerprint: fingerprintOf(files)});
}

/** One file of records: a label byte, then the red, green and blue planes. */
async function readRecords(path: string): Promise<Uint8Array> {
  const bytes = await readBatch(path);
  if (bytes.length === 0 || bytes.length % RECORD !== 0) {
    throw new UserError('data-invalid', `The file has ${bytes.length} bytes, not a multiple of ${RECORD}.`, {
      where: path,
      hint: 'Unpack cifar-10-binary.tar.gz again; the Python and Matlab versions and CIFAR-100 are not read.',
    });
  }
  for (let start = 0; start < bytes.length; start += RECORD) {
    if ((bytes[start] ?? 0) >= CLASSES) throw badLabel(path, start / RECORD, bytes[start] ?? 0);
  }
  return bytes;
}

async function readBatch(path: string): Promise<Uint8Array> {
  try {
    return await readRegularFile(path, largestFile);
  } catch (cause) {
    throw new UserError('data-missing', 'This CIFAR-10 file cannot be read.', {
      where: path,
      hint: 'Set data.path to the folder that cifar-10-binary.tar.gz unpacks to.',
      cause,
    });
  }
}

function badLabel(path: string, record: number, label: number): UserError {
  return new UserError('data-invalid', `Record ${record} has the label ${label}, and CIFAR-10 has only 0 to 9.`, {
    where: path,
    hint: 'Unpack cifar-10-binary.tar.gz again.',
  });
}

/** [C,H,W] to [H,W,C]. */
function interleave(planes: Uint8Array, out: Uint8Array): void {
  for (let pixel = 0; pixel < PLANE; pixel++) {
    for (let channel = 0; channel < 3; channel++) out[pixel * 3 + channel] = planes[channel * PLANE + pixel] ?? 0;
  }
}
