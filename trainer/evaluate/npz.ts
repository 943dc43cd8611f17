import {zipSync} from 'fflate';
import {UserError} from '../contract/errors.ts';
import {writeFileAtomic} from '../store/files/atomicFile.ts';
import {openPositioned, type PositionedFile} from '../store/files/positionedFile.ts';
import {readEntry, readZipDirectory} from '../store/files/zipFile.ts';
import type {Gaussian} from './frechet.ts';
import {decodeNpy, encodeNpy} from './npy.ts';

const MEAN = 'mu.npy';
const COVARIANCE = 'sigma.npy';

/** Reads feature statistics as pytorch-fid and clean-fid store them: `mu` [d] and `sigma` [d, d], doubles, in an npz. */
export async function readStatistics(path: string): Promise<Gaussian> {
  const arrays = await unzip(path);
  const mean = arrayOf(arrays, MEAN, path);
  const covariance = arrayOf(arrays, COVARIANCE, path);
  const [size = NaN] = mean.shape;
  if (mean.shape.length !== 1 || covariance.shape.join() !== `${size},${size}`) {
    throw new UserError(
      'statistics-invalid',
      `mu [${mean.shape.join(', ')}] and sigma [${covariance.shape.join(', ')}] do not belong together.`,
      {where: path},
    );
  }
  return {mean: mean.values, covariance: covariance.values};
}

/** Writes feature statistics as `readStatistics` reads them; the same numbers make the same bytes. */
export async function writeStatistics(path: string, {mean, covariance}: Gaussian): Promise<void> {
  const size = mean.length;
  const arrays = {
    [MEAN]: encodeNpy({shape: [size], values: mean}),
    [COVARIANCE]: encodeNpy({shape: [size, size], values: covariance}),
  };
  // The first date a zip can hold, in the local time that it is written in.
  await writeFileAtomic(path, zipSync(arrays, {mtime: new Date(1980, 0, 1)}));
}

/** Bytes of an array; sigma of 2048 features, as Inception has, takes 34 MB. */
const largestArray = 256_000_000;

async function unzip(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
  try {
    const file = await openPositioned(path);
    return await readArrays(file).finally(() => file.close());
  } catch (cause) {
    throw new UserError('statistics-unreadable', 'Feature statistics could not be read from this file.', {
      where: path,
      hint: 'It has to be an npz file with mu and sigma.',
      cause,
    });
  }
}

/** Only what is needed: statistics of the ADM evaluator also hold 10,000 images. */
async function readArrays(file: PositionedFile): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = await readZipDirectory(file);
  const arrays = new Map<string, Uint8Array>();
  for (const name of [MEAN, COVARIANCE]) {
    const entry = entries.get(name);
    if (entry !== undefined) arrays.set(name, await readEntry(file, entry, largestArray));
  }
  return arrays;
}

function arrayOf(arrays: ReadonlyMap<string, Uint8Array>, name: string, path: string) {
  const bytes = arrays.get(name);
  if (bytes === undefined) {
    throw new UserError('statistics-invalid', `This npz file holds no ${name}.`, {
      where: path,
      hint: 'It has to hold mu and sigma.',
    });
  }
  return decodeNpy(bytes, `${path}/${name}`);
}
