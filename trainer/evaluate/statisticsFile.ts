import {zipSync} from 'fflate';
import * as z from 'zod';
import {UserError} from '../contract/errors.ts';
import {FeatureNetworkRecord} from '../contract/model/featureNetwork.ts';
import {writeFileAtomic} from '../store/files/atomicFile.ts';
import {parseJson} from '../store/files/jsonFile.ts';
import {openPositioned, type PositionedFile} from '../store/files/positionedFile.ts';
import {readEntry, readZipDirectory} from '../store/files/zipFile.ts';
import type {Gaussian} from './frechet.ts';
import {decodeNpy, encodeNpy} from './npy.ts';

/** Whether a path names feature statistics, rather than pictures or their features. */
export function isStatisticsFile(path: string): boolean {
  return path.endsWith('.npz');
}

/** Feature statistics in the layouts of other tools. */
export interface StatisticsFile extends Gaussian {
  /** Of the spatial features, from which the ADM evaluator computes sFID; pytorch-fid and clean-fid have none. */
  readonly spatial?: Gaussian;
  /** What made the features, and how many images there were; only files of this project say it. */
  readonly network?: FeatureNetworkRecord;
  readonly count?: number;
}

/** In an entry of its own, which NumPy leaves alone. */
const recordName = 'deme.json';
const StatisticsRecord = z.strictObject({network: FeatureNetworkRecord.optional(), count: z.int().min(1).optional()});

/** Names of the arrays in the archive. */
const pooled = {mean: 'mu.npy', covariance: 'sigma.npy'} as const;
const spatial = {mean: 'mu_s.npy', covariance: 'sigma_s.npy'} as const;
type Names = typeof pooled | typeof spatial;

/**
 * Reads an npz with `mu` [d] and `sigma` [d, d] (pytorch-fid, clean-fid) and, where present, `mu_s` and `sigma_s` (ADM evaluator, Dhariwal & Nichol
 * 2021). Throws a UserError for any other file.
 */
export async function readStatistics(path: string): Promise<StatisticsFile> {
  const arrays = await unzip(path);
  const features = gaussianOf(arrays, pooled, path);
  const bytes = arrays.get(recordName);
  const text = bytes && new TextDecoder().decode(bytes);
  return {
    ...features,
    ...(Object.values(spatial).some((name) => arrays.has(name)) && {spatial: gaussianOf(arrays, spatial, path)}),
    ...(text !== undefined && parseJson(text, StatisticsRecord, 'the record of the statistics', path)),
  };
}

/** Writes what `readStatistics` reads; the same numbers make the same bytes. */
export async function writeStatistics(path: string, statistics: StatisticsFile): Promise<void> {
  const {spatial: others, network, count, ...features} = statistics;
  const hasRecord = network !== undefined || count !== undefined;
  const arrays = {
    ...encoded(features, pooled),
    ...(others && encoded(others, spatial)),
    ...(hasRecord && {[recordName]: new TextEncoder().encode(JSON.stringify({network, count}))}),
  };
  // The earliest date of the zip format, which stores local time: the bytes must not depend on the clock.
  await writeFileAtomic(path, zipSync(arrays, {mtime: new Date(1980, 0, 1)}));
}

function encoded({mean, covariance}: Gaussian, names: Names): Record<string, Uint8Array> {
  const size = mean.length;
  return {
    [names.mean]: encodeNpy({shape: [size], values: mean}),
    [names.covariance]: encodeNpy({shape: [size, size], values: covariance}),
  };
}

/** Limit for the bytes of an array; sigma of the 2048 Inception features takes 34 MB. */
const largestArray = 256_000_000;

async function unzip(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
  try {
    const file = await openPositioned(path);
    return await readArrays(file).finally(() => file.close());
  } catch (cause) {
    throw new UserError('statistics-unreadable', 'Feature statistics could not be read from this file.', {
      where: path,
      hint: 'Expected an npz file with mu and sigma.',
      cause,
    });
  }
}

/** Reads only these arrays: files of the ADM evaluator also contain 10,000 images. */
async function readArrays(file: PositionedFile): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = await readZipDirectory(file);
  const arrays = new Map<string, Uint8Array>();
  for (const name of [...Object.values(pooled), ...Object.values(spatial), recordName]) {
    const entry = entries.get(name);
    if (entry !== undefined) arrays.set(name, await readEntry(file, entry, largestArray));
  }
  return arrays;
}

function gaussianOf(arrays: ReadonlyMap<string, Uint8Array>, names: Names, path: string): Gaussian {
  const [mean, covariance] = [arrayOf(arrays, names.mean, path), arrayOf(arrays, names.covariance, path)];
  const [size = NaN] = mean.shape;
  if (mean.shape.length === 1 && covariance.shape.join() === `${size},${size}`) {
    return {mean: mean.values, covariance: covariance.values};
  }
  const shapes = `mu [${mean.shape.join(', ')}] and sigma [${covariance.shape.join(', ')}]`;
  throw new UserError('statistics-invalid', `${shapes} do not belong together.`, {where: path});
}

function arrayOf(arrays: ReadonlyMap<string, Uint8Array>, name: string, path: string) {
  const bytes = arrays.get(name);
  if (bytes === undefined) {
    throw new UserError('statistics-invalid', `This npz file holds no ${name}.`, {
      where: path,
      hint: 'Expected an npz file with mu and sigma.',
    });
  }
  return decodeNpy(bytes, `${path}/${name}`);
}
