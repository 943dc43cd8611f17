import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {installTensorflow} from '../../../../trainer/engine/tensorflow/install/install.ts';
import {cudaSetting} from '../../../../trainer/pipeline/resources/cudaSetting.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {fakeTools} from '../../engine/fakeTools.ts';

const none = {gpus: [], libraryFolders: []};
const install = (variant: 'cpu' | 'cuda') =>
  installTensorflow({variant}, () => Promise.resolve({version: '2.21.0', gpu: true}));

beforeEach(async () => {
  const tools = await fakeTools(await temporaryFolder());
  await tools.behave({gpus: 'GPU 0: NVIDIA H200 (UUID: GPU-a)\nGPU 1: NVIDIA H200 (UUID: GPU-b)'});
});
afterEach(() => vi.unstubAllEnvs());

describe('what the processes of a run need to find CUDA', () => {
  it('is all GPUs and the folders of the libraries', async () => {
    const {folder} = await install('cuda');
    const libraryFolders = ['cublas', 'cudnn'].map((name) => join(folder.library, 'nvidia', name, 'lib'));
    expect(await cudaSetting({name: 'auto'})).toEqual({gpus: ['GPU-a', 'GPU-b'], libraryFolders});
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '1');
    expect((await cudaSetting({name: 'tensorflow', device: 'gpu'})).gpus).toEqual(['1']);
  });

  it('is nothing for an engine that does not use it', async () => {
    await install('cuda');
    expect(await cudaSetting({name: 'wasm'})).toEqual(none);
    expect(await cudaSetting({name: 'auto', device: 'cpu'})).toEqual(none);
  });

  it('is nothing with the CPU build, or without TensorFlow', async () => {
    expect(await cudaSetting({name: 'auto'})).toEqual(none);
    await install('cpu');
    expect(await cudaSetting({name: 'tensorflow'})).toEqual(none);
  });
});
