import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {strToU8, unzipSync, zipSync} from 'fflate';
import {describe, expect, it} from 'vitest';
import {gaussian} from '../../../trainer/evaluate/frechet.ts';
import {encodeNpy} from '../../../trainer/evaluate/npy.ts';
import {readStatistics, writeStatistics} from '../../../trainer/evaluate/npz.ts';
import {expectAllClose} from '../../helpers/allClose.ts';
import {goldenFeatures} from '../../helpers/goldenFeatures.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

/** Written by numpy.savez_compressed. */
const NUMPY = new URL('../../fixtures/golden/frechet/stats_a.npz', import.meta.url).pathname;

describe('readStatistics', () => {
  it('reads what NumPy wrote: the statistics of the golden features', async () => {
    const {mean, covariance} = await readStatistics(NUMPY);
    const expected = gaussian(await goldenFeatures('a'));
    expectAllClose(mean, expected.mean, 1e-12);
    expectAllClose(covariance, expected.covariance, 1e-11);
  });

  it('reads a stored, uncompressed archive alike', async () => {
    const path = join(await temporaryFolder(), 'stored.npz');
    await writeFile(path, zipSync(unzipSync(await readFile(NUMPY)), {level: 0}));
    expect(await readStatistics(path)).toEqual(await readStatistics(NUMPY));
  });

  it('names a file that is no archive, lacks an array, or holds arrays that do not match', async () => {
    const folder = await temporaryFolder();
    const file = async (name: string, bytes: Uint8Array) => {
      await writeFile(join(folder, name), bytes);
      return join(folder, name);
    };
    const mu = encodeNpy({shape: [2], values: Float64Array.of(1, 2)});
    const sigma = encodeNpy({shape: [3, 3], values: new Float64Array(9)});
    const text = await file('text.npz', strToU8('not an archive'));
    const lacking = await file('lacking.npz', zipSync({'mu.npy': mu}));
    const unequal = await file('unequal.npz', zipSync({'mu.npy': mu, 'sigma.npy': sigma}));
    const single = await file('single.npz', zipSync({'mu.npy': strToU8('single'), 'sigma.npy': sigma}));
    await expect(readStatistics(text)).rejects.toMatchObject({code: 'statistics-unreadable', where: text});
    await expect(readStatistics(lacking)).rejects.toThrow('holds no sigma.npy');
    await expect(readStatistics(unequal)).rejects.toThrow('mu [2] and sigma [3, 3] do not belong together');
    await expect(readStatistics(single)).rejects.toMatchObject({code: 'npy-invalid', where: `${single}/mu.npy`});
  });
});

describe('readStatistics of a hostile file', () => {
  const unreadable = {code: 'statistics-unreadable', message: 'Feature statistics could not be read from this file.'};
  const mu = encodeNpy({shape: [2], values: Float64Array.of(1, 2)});
  const sigma = encodeNpy({shape: [2, 2], values: new Float64Array(4)});
  const read = async (bytes: Uint8Array) => {
    const path = join(await temporaryFolder(), 'a.npz');
    await writeFile(path, bytes);
    return readStatistics(path);
  };
  /** The file with `from`, a text of its header, replaced by one of the same length. */
  const withHeader = (from: string, to: string) => {
    const edited = Buffer.from(mu);
    edited.write(to.padEnd(from.length), edited.indexOf(from), 'latin1');
    return read(zipSync({'mu.npy': edited, 'sigma.npy': sigma}));
  };

  it('unpacks no array that is larger than any', async () => {
    const archive = Buffer.from(zipSync({'mu.npy': mu, 'sigma.npy': new Uint8Array(300_000_000)}));
    await expect(read(archive)).rejects.toMatchObject(unreadable);
  });

  it('unpacks an array once, however often it is listed', async () => {
    const archive = Buffer.from(zipSync({'mu.npy': mu, 'sigma.npy': sigma}));
    archive.write('mu.npy\0\0\0', archive.lastIndexOf('sigma.npy'), 'latin1');
    await expect(read(archive)).rejects.toThrow('This npz file holds no sigma.npy.');
  });

  it.each([
    ['objects, which NumPy would unpickle', "'<f8'", "'|O'", /little-endian doubles/],
    ['another order', 'False', 'True', /C order/],
    ['more elements than it has', '(2,)', '(9,)', /of shape \[9\] holds 16 bytes/],
    ['no number for a size', '(2,)', '(x,)', /little-endian doubles/],
  ])('refuses an array of %s', async (_, from, to, message) => {
    await expect(withHeader(from, to)).rejects.toThrow(message);
  });

  it('refuses an array whose header is longer than it', async () => {
    const edited = Buffer.from(mu);
    edited.writeUInt16LE(65_535, 8);
    await expect(read(zipSync({'mu.npy': edited, 'sigma.npy': sigma}))).rejects.toThrow('This NumPy array is cut off.');
  });
});

describe('writeStatistics', () => {
  it('round-trips every bit', async () => {
    const path = join(await temporaryFolder(), 'copy.npz');
    const statistics = await readStatistics(NUMPY);
    await writeStatistics(path, statistics);
    expect(await readStatistics(path)).toEqual(statistics);
  });

  it('writes the arrays byte for byte as NumPy does', async () => {
    const path = join(await temporaryFolder(), 'copy.npz');
    await writeStatistics(path, await readStatistics(NUMPY));
    expect(unzipSync(await readFile(path))).toEqual(unzipSync(await readFile(NUMPY)));
  });
});
