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
