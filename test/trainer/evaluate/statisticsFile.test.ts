import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {strToU8, unzipSync, zipSync} from 'fflate';
import {describe, expect, it} from 'vitest';
import {streamedStatistics} from '../../../trainer/evaluate/featureStatistics.ts';
import {encodeNpy} from '../../../trainer/evaluate/npy.ts';
import {readStatistics, writeStatistics} from '../../../trainer/evaluate/statisticsFile.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {goldenFeatures} from '../../helpers/golden/goldenFeatures.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

/** Written by numpy.savez_compressed. */
const NUMPY = new URL('../../fixtures/golden/frechet/stats_a.npz', import.meta.url).pathname;

const fixture = (name: string) => new URL(`../../fixtures/feature-statistics/${name}`, import.meta.url).pathname;

describe('the layouts of other tools', () => {
  it('of pytorch-fid: mean and covariance in double', async () => {
    const {mean, covariance, spatial} = await readStatistics(fixture('pytorch-fid.npz'));
    expect(mean[0]).toBe(0.7721591812925555);
    expect([...covariance.subarray(0, 3)]).toEqual([0.9284268535249396, 0.14622162616201564, 0.0004513893375070448]);
    expect([covariance.length, spatial]).toEqual([25, undefined]);
  });

  it('of the ADM evaluator: means in single precision, statistics of spatial features, and images, which are not read', async () => {
    const {mean, covariance, spatial} = await readStatistics(fixture('adm.npz'));
    expect([mean[0], mean.length, covariance.length]).toEqual([0.7721590995788574, 5, 25]);
    expect([...(spatial?.mean ?? [])]).toEqual([0.02690131403505802, 0.34270530939102173, 0.14855949580669403]);
    expect(spatial?.covariance[1]).toBe(0.041143452175860365);
  });

  it('is kept when it is written again, with every bit', async () => {
    for (const name of ['pytorch-fid.npz', 'adm.npz']) {
      const path = join(await temporaryFolder(), name);
      const statistics = await readStatistics(fixture(name));
      await writeStatistics(path, statistics);
      expect(await readStatistics(path)).toEqual(statistics);
      const {arr_0: _, ...arrays} = Object.fromEntries(
        Object.entries(unzipSync(await readFile(fixture(name)))).map(([entry, bytes]) => [entry.slice(0, -4), bytes]),
      );
      expect(Object.keys(unzipSync(await readFile(path)))).toEqual(Object.keys(arrays).map((entry) => `${entry}.npy`));
    }
  });

  it('needs both or none of the spatial statistics', async () => {
    const {'sigma_s.npy': _, ...arrays} = unzipSync(await readFile(fixture('adm.npz')));
    const path = join(await temporaryFolder(), 'half.npz');
    await writeFile(path, zipSync(arrays));
    await expect(readStatistics(path)).rejects.toThrow('This npz file holds no sigma_s.npy.');
  });
});

describe('readStatistics', () => {
  it('reads what NumPy wrote: the statistics of the golden features', async () => {
    const {mean, covariance} = await readStatistics(NUMPY);
    const expected = streamedStatistics([await goldenFeatures('a')]);
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
