import {describe, expect, it} from 'vitest';
import {z} from 'zod';
import {deme, demeJson, useBuiltProgram} from '../../helpers/deme.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const Status = z.strictObject({
  name: z.enum(['tensorflow', 'wasm']),
  installed: z.boolean(),
  healthy: z.boolean(),
  version: z.string().nullable(),
  device: z.enum(['CPU', 'GPU']).nullable(),
  note: z.string(),
});

describe('deme engine', () => {
  useBuiltProgram();

  it('lists the engines of this user', async () => {
    const env = {DEME_CACHE: await temporaryFolder()};
    const {engines} = await demeJson(z.strictObject({engines: z.array(Status)}), ['engine', 'list'], {env});
    expect(engines.map(({name, installed, healthy}) => [name, installed, healthy])).toEqual([
      ['tensorflow', false, false],
      ['wasm', true, true],
    ]);
  });

  it('checks an engine, and ends with 2 for one that does not work', async () => {
    const env = {DEME_CACHE: await temporaryFolder()};
    expect(await demeJson(Status, ['engine', 'check', 'wasm'], {env})).toMatchObject({healthy: true, device: 'CPU'});
    const {code, stdout} = await deme(['engine', 'check', 'tensorflow'], {env});
    expect(code).toBe(2);
    expect(stdout).toContain('not installed');
  });

  it('installs no TensorFlow from a folder without one', async () => {
    const [cache, folder] = [await temporaryFolder(), await temporaryFolder()];
    const args = ['engine', 'install', 'tensorflow', '--cpu', '--from', folder];
    const {code, stderr} = await deme(args, {env: {DEME_CACHE: cache}});
    expect(code).toBe(2);
    expect(stderr).toContain('The folder has no libtensorflow_cc.so.2.');
  });
});
