import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {createRandom} from '../../trainer/random.ts';
import {useCpuBackend} from '../helpers/engine/cpuBackend.ts';
import {builtFile} from '../helpers/machine/deme.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';
import {tortureUpdates, writeTortureExperiment} from './experiment.ts';
import {torture} from './tortureRun.ts';

describe('a run whose processes are killed', {timeout: 300_000}, () => {
  useCpuBackend();

  /** The short form of `npm run test:torture`. */
  it('ends with the bytes of one that nobody disturbed, with all its events and nothing left over', async () => {
    const folder = await temporaryFolder();
    const experiment = join(folder, 'experiment');
    await writeTortureExperiment(experiment);
    const {kills, faults} = await torture({
      cli: builtFile('cli.js'),
      experiment,
      folder,
      kills: 3,
      updates: tortureUpdates,
      random: createRandom(3, 'torture'),
      say: () => undefined,
    });
    expect(faults).toEqual([]);
    expect(kills).toBe(3);
  });
});
