import * as tf from '@tensorflow/tfjs-core';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {UserError} from '../../../trainer/contract/errors.ts';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {textContaining} from '../../helpers/textContaining.ts';
import {fakeTools} from './fakeTools.ts';

const software = {vendor: 'mesa', architecture: '', device: '', description: 'llvmpipe', isFallback: false};

describe('auto without a TensorFlow', () => {
  beforeEach(async () => void (await fakeTools(await temporaryFolder())));
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ['WebGPU has no adapter', async () => null, 'and WebGPU finds no GPU.'],
    ['WebGPU has a program only', async () => software, 'and WebGPU finds only mesa llvmpipe, which is no GPU.'],
    [
      'WebGPU is broken',
      async () => {
        throw new UserError('webgpu-broken', 'WebGPU does not start: no glibc.');
      },
      'and WebGPU does not start: no glibc.',
    ],
    [
      'WebGPU is not installed',
      async () => {
        throw new UserError('engine-missing', 'The engine webgpu is not installed: there is no package webgpu.');
      },
      'and the engine webgpu is not installed: there is no package webgpu.',
    ],
  ])('takes wasm where %s, and says why', async (_, probe, ending) => {
    const engine = await startEngine({name: 'auto'}, probe);
    expect(engine.name).toBe('wasm');
    expect(engine.reason).toContain('because TensorFlow is not installed (`deme engine install tensorflow`), ');
    expect(engine.reason.endsWith(ending), engine.reason).toBe(true);
    expect(tf.getBackend()).toBe('wasm');
  });

  it('does not hide a bug of the probe', async () => {
    await expect(startEngine({name: 'auto'}, () => Promise.reject(new TypeError('bug')))).rejects.toThrow(TypeError);
  });

  it('leaves GPUs alone for a config that asks for the CPU', async () => {
    const probe = vi.fn(async () => null);
    expect(await startEngine({name: 'auto', device: 'cpu'}, probe)).toMatchObject({name: 'wasm', device: 'CPU'});
    expect(probe).not.toHaveBeenCalled();
  });

  it('fails for a config that asks for a GPU, and lists what was tried', async () => {
    await expect(startEngine({name: 'auto', device: 'gpu'}, async () => software)).rejects.toMatchObject({
      name: 'UserError',
      code: 'gpu-missing',
      message: textContaining('TensorFlow is not installed (`deme engine install tensorflow`), and WebGPU finds only'),
    });
  });
});

describe('a named engine', () => {
  it('is not taken for a GPU that it has not', async () => {
    await expect(startEngine({name: 'wasm', device: 'gpu'})).rejects.toMatchObject({
      name: 'UserError',
      code: 'gpu-missing',
      message: textContaining('WebAssembly on 1 CPU thread'),
    });
  });
});
