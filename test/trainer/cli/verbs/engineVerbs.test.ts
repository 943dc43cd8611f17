import {describe, expect, it} from 'vitest';
import {BenchReport} from '../../../../trainer/contract/engine/engineBench.ts';
import {EngineList, EngineStatus} from '../../../../trainer/contract/engine/engineStatus.ts';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {textContaining} from '../../../helpers/textContaining.ts';

describe('deme engine', () => {
  it('lists the engines of this user', async () => {
    const env = {DEME_CACHE: await temporaryFolder()};
    const {engines} = await demeJson(EngineList, ['engine', 'list'], {env});
    // Whether webgpu is healthy is the machine's matter.
    expect(engines).toMatchObject([
      {name: 'tensorflow', installed: false, healthy: false},
      {name: 'webgpu'},
      {name: 'wasm', installed: true, healthy: true},
    ]);
    expect(engines[2]?.memory).toBeGreaterThan(1e8);
  });

  it('checks an engine, and ends with 2 for one that does not work', async () => {
    const env = {DEME_CACHE: await temporaryFolder()};
    expect(await demeJson(EngineStatus, ['engine', 'check', 'wasm'], {env})).toMatchObject({
      healthy: true,
      device: 'CPU',
    });
    const {code, stdout} = await deme(['engine', 'check', 'tensorflow'], {env});
    expect(code).toBe(2);
    expect(stdout).toContain('not installed');
  });

  it('times the engines that are there, and says which are not', async () => {
    const env = {DEME_CACHE: await temporaryFolder(), VK_ICD_FILENAMES: '/nowhere.json'};
    const {engines, skipped} = await demeJson(BenchReport, ['engine', 'bench', '--seconds', '0.01'], {env});
    expect(skipped).toContainEqual({name: 'tensorflow', reason: textContaining('not installed')});
    const wasm = engines.find(({engine}) => engine.name === 'wasm');
    expect(wasm?.rows.filter(({gflop}) => gflop !== undefined)).toHaveLength(9);
    expect(wasm?.rows.at(-1)).toMatchObject({task: textContaining('update of a small UNet')});
  });

  it('installs no TensorFlow from a folder without one', async () => {
    const [cache, folder] = [await temporaryFolder(), await temporaryFolder()];
    const args = ['engine', 'install', 'tensorflow', '--cpu', '--from', folder];
    const {code, stderr} = await deme(args, {env: {DEME_CACHE: cache}});
    expect(code).toBe(2);
    expect(stderr).toContain('The folder has no libtensorflow_cc.so.2.');
  });
});
