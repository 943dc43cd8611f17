import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {builtFile} from '../helpers/machine/deme.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';
import {soak} from './soakRun.ts';

const model = {
  sample_size: 28,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4],
  layers_per_block: 1,
  norm_num_groups: 2,
  down_block_types: ['DownBlock2D'],
  up_block_types: ['UpBlock2D'],
  add_attention: false,
};

/** A pretraining that would go on for hours. */
async function writeEndless(folder: string): Promise<string> {
  const pretrain = {model, updates: 1_000_000, batch: 2, logEvery: 1, checkpointEvery: 5};
  const data = {kind: 'mnist', validation: 8, test: 8};
  const file = join(folder, 'endless.deme.yaml');
  await writeFile(file, JSON.stringify({name: 'endless', data, pretrain, engine: {name: 'wasm'}, output: 'runs'}));
  return file;
}

describe('a soak', () => {
  /** The short form of `npm run test:soak`, without its verdict on the memory, for which it is too short. */
  it('sees updates and memory, and finds every update told and nothing left over', async () => {
    const folder = await temporaryFolder();
    const config = await writeEndless(folder);
    const run = join(folder, 'runs', 'endless-1');
    const cli = builtFile('cli.js');
    const {samples, updates, faults} = await soak({
      cli,
      config,
      run,
      minutes: 0.03,
      interval: 200,
      onSample: () => undefined,
    });
    expect(faults).toEqual([]);
    expect(samples.length).toBeGreaterThan(0);
    expect(updates).toBeGreaterThanOrEqual(samples.at(-1)?.updates ?? Infinity);
    expect(Math.min(...samples.flatMap(({trainer, owner}) => [trainer, owner]))).toBeGreaterThan(10e6);
  });
});
