import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {zipSync} from 'fflate';
import {encodeNpy} from '../../../trainer/evaluate/npy.ts';
import {readStatistics} from '../../../trainer/evaluate/statisticsFile.ts';
import {repository} from '../buildWorker.ts';
import type {FuzzTarget} from '../target.ts';

export const npz: FuzzTarget = {
  name: 'npz',
  seeds: async () => [
    statistics(0),
    statistics(9),
    ...(await Promise.all(
      ['golden/frechet/stats_a.npz', 'feature-statistics/adm.npz'].map(
        async (file) => new Uint8Array(await readFile(join(repository, 'test/fixtures', file))),
      ),
    )),
  ],
  tokens: [
    "'shape': (",
    '9',
    '9,',
    "'descr': '<f8'",
    "'descr': '|O'",
    "'fortran_order': True",
    '\x93NUMPY',
    'PK\x01\x02',
    'PK\x03\x04',
    'PK\x05\x06',
    '\xff\xff\xff\xff',
    '\x00',
  ],
  async parse(bytes, folder) {
    const path = join(folder, 'a.npz');
    await writeFile(path, bytes);
    await readStatistics(path);
  },
};

function statistics(level: 0 | 9): Uint8Array {
  const mu = encodeNpy({shape: [2], values: Float64Array.of(1, 2)});
  const sigma = encodeNpy({shape: [2, 2], values: Float64Array.of(1, 0, 0, 1)});
  return zipSync({'mu.npy': mu, 'sigma.npy': sigma}, {level, mtime: new Date(1980, 0, 1)});
}
