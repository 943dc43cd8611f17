import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {UserError} from '../../../trainer/contract/errors.ts';
import {installTensorflow} from '../../../trainer/engine/tensorflow/install/install.ts';
import {listEngines} from '../../../trainer/engine/listEngines.ts';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {textContaining} from '../../helpers/textContaining.ts';
import {fakeTools} from './fakeTools.ts';

const noAdapter = () => Promise.resolve(null);

async function install(variant: 'cpu' | 'cuda' = 'cpu') {
  const {folder} = await installTensorflow({variant}, () => Promise.resolve({version: '2.21.0', gpu: false}));
  return folder;
}

beforeEach(async () => void (await fakeTools(await temporaryFolder())));
afterEach(() => vi.unstubAllEnvs());

describe('a config that asks for a GPU', () => {
  it('is not served by the CPU build, which need not be loaded for that', async () => {
    await install();
    await expect(startEngine({name: 'tensorflow', device: 'gpu'})).rejects.toMatchObject({
      name: 'UserError',
      code: 'gpu-missing',
      message: 'The config asks for a GPU, and TensorFlow computes on the CPU: its CPU build is installed.',
      hint: textContaining('deme engine install tensorflow --cuda'),
    });
  });

  it.each(['wasm', 'auto'] as const)('is not served by %s on the CPU', async (name) => {
    const failure = startEngine({name, device: 'gpu'}, noAdapter);
    await expect(failure).rejects.toMatchObject({name: 'UserError', code: 'gpu-missing'});
  });
});

describe('an unusable TensorFlow', () => {
  it('that is half-finished is told as such, with what to do', async () => {
    await installTensorflow({variant: 'cpu'}, () => Promise.reject(new UserError('x', 'ended'))).catch(() => undefined);
    const hint = textContaining('Run `deme engine install tensorflow` again');
    await expect(startEngine({name: 'tensorflow'})).rejects.toMatchObject({code: 'engine-incomplete', hint});
    const {reason} = await startEngine({name: 'auto'}, noAdapter);
    expect(reason).toContain('TensorFlow is NOT USABLE: the installation of TensorFlow was interrupted before its end');
    const [status] = await listEngines();
    expect(status).toMatchObject({healthy: false, note: textContaining('interrupted')});
  });

  it('whose library was deleted is told as such, with its name', async () => {
    const {library} = await install('cuda');
    await rm(join(library, 'nvidia/cublas/lib/libcublas.so.12'));
    await expect(startEngine({name: 'tensorflow'})).rejects.toMatchObject({
      code: 'tensorflow-library-missing',
      message: textContaining('nvidia/cublas/lib/libcublas.so.12 is gone'),
    });
  });

  it('whose addon does not load is told with what the system says', async () => {
    await install();
    const message = expect.stringMatching(/does not load: .*(file too short|invalid ELF header)/) as unknown;
    await expect(startEngine({name: 'tensorflow'})).rejects.toMatchObject({code: 'tensorflow-broken', message});
  });
});
