import type {WebGPUBackend} from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi} from 'vitest';
import {filterGradients} from '../../../trainer/contract/config/config.ts';
import {benchConv} from '../../../trainer/engine/bench/convBench.ts';
import {checkEngine} from '../../../trainer/engine/checkEngine.ts';
import {convGeometry} from '../../../trainer/engine/convGeometry.ts';
import {testEngine} from '../../../trainer/engine/listEngines.ts';
import {plainConv} from '../../../trainer/engine/plainConv.ts';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import {setFilterGradient} from '../../../trainer/engine/webgpu/filterGradient.ts';
import {probeAdapter} from '../../../trainer/engine/webgpu/probeAdapter.ts';
import {isSoftwareAdapter} from '../../../trainer/engine/webgpu/softwareAdapter.ts';
import {train} from '../../../trainer/train/loop.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {textContaining} from '../../helpers/textContaining.ts';
import {recordingHooks} from '../train/tasks/recordingHooks.ts';
import {tinyTask} from '../train/tasks/tinyTask.ts';
import {describeOnWebgpu} from './describeOnWebgpu.ts';
import {fakeTools} from './fakeTools.ts';

const forced = {name: 'webgpu', allowSoftware: true} as const;

const gpu = {vendor: 'acme', architecture: 'rocket', device: '', description: 'Acme Rocket 1', isFallback: false};

function currentDevice(): GPUDevice {
  return (tf.backend() as unknown as WebGPUBackend).device;
}

// First of all, since it needs a process where webgpu was not started.
describeOnWebgpu('webgpu on a program instead of a GPU', () => {
  it('is refused, but for who forces it', async ({skip}) => {
    const adapter = await probeAdapter();
    if (adapter === null || !isSoftwareAdapter(adapter)) return skip('this machine has a GPU');
    await expect(startEngine({name: 'webgpu'})).rejects.toMatchObject({
      name: 'UserError',
      code: 'engine-software',
      message: textContaining(adapter.description),
    });
    expect(tf.getBackend()).not.toBe('webgpu');
    const engine = await startEngine(forced);
    expect(engine).toMatchObject({name: 'webgpu', device: 'CPU', adapter: textContaining(adapter.description)});
    expect(engine.reason).toContain('SOFTWARE');
    await expect(startEngine({name: 'webgpu'})).rejects.toMatchObject({code: 'engine-software'});
    await expect(startEngine({...forced, device: 'gpu'})).rejects.toMatchObject({code: 'gpu-missing'});
  });
});

describeOnWebgpu('the webgpu engine', () => {
  beforeAll(async () => void (await startEngine(forced)));

  it('passes the self test, and says what it is', async () => {
    expect(await testEngine('webgpu')).toMatchObject({
      name: 'webgpu',
      installed: true,
      healthy: true,
      version: '0.6.2',
    });
    expect(tf.getBackend()).toBe('webgpu');
    expect(tf.env().getBool('WEBGPU_CPU_FORWARD')).toBe(false);
  });

  it('leaves no tensors behind', async () => {
    const before = tf.memory().numTensors;
    await startEngine(forced);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has the limits of the adapter, and keeps its device', async () => {
    const device = currentDevice();
    // WebGPU's guaranteed sizes are 256 MiB and 128 MiB.
    expect(device.limits.maxBufferSize).toBeGreaterThanOrEqual(2 ** 30);
    expect(device.limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(2 ** 30);
    await startEngine(forced);
    expect(currentDevice()).toBe(device);
  });

  it('adds the terms of long products in a fixed order', async () => {
    const [length, rows, columns] = [2500, 12, 20];
    const [left, right] = [normals([length, rows], 1), normals([length, columns], 2)];
    const dispatches = vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups');
    const product = await tf.matMul(left, right, true).data();
    // Several along z would each add a part of the terms, in the order in which they end.
    expect(dispatches.mock.calls.map(([, , z]) => z)).toContain(1);
    expect(dispatches.mock.calls.every(([, , z]) => z === 1)).toBe(true);
    dispatches.mockRestore();
    const [a, b] = [await left.data(), await right.data()];
    const expected = Array.from({length: rows * columns}, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      let sum = 0;
      for (let k = 0; k < length; k++) sum += (a[k * rows + row] ?? NaN) * (b[k * columns + column] ?? NaN);
      return sum;
    });
    expectAllClose(product, expected, 1e-3);
    expect(await tf.matMul(left, right, true).data()).toEqual(product);
  });
});

describeOnWebgpu('the gradient by the filter on webgpu', () => {
  beforeAll(async () => void (await startEngine(forced)));
  afterEach(() => setFilterGradient('built-in'));

  it.each([
    {images: [2, 7, 6, 3], filter: [1, 1, 3, 4], strides: 1, pad: 'valid'},
    {images: [3, 8, 8, 3], filter: [3, 3, 3, 4], strides: 1, pad: 'same'},
    {images: [2, 9, 8, 3], filter: [3, 3, 3, 5], strides: 2, pad: 'same'},
    {images: [2, 10, 7, 2], filter: [5, 3, 2, 3], strides: 2, pad: 'valid'},
    // In several parts: 1296 terms of four results each.
    {images: [4, 18, 18, 1], filter: [3, 3, 1, 4], strides: 1, pad: 'same'},
  ] as const)('matches plain loops in both ways: $images by $filter', async ({images, filter, strides, pad}) => {
    const geometry = convGeometry([...images], [...filter], {strides, pad});
    const x = normals([...images], 1);
    const dy = normals(geometry.outShape, 2);
    const expected = plainConv(geometry).filterGradient(
      (await x.data()) as Float32Array,
      (await dy.data()) as Float32Array,
    );
    const kernels = new Set<tf.KernelFunc>();
    for (const way of filterGradients) {
      await startEngine({...forced, filterGradient: way});
      kernels.add(tf.getKernel(tf.Conv2DBackpropFilter, 'webgpu').kernelFunc);
      const attributes = {strides, pad, dataFormat: 'NHWC', filterShape: [...filter]};
      const gradient = tf.engine().runKernel<tf.Tensor>(tf.Conv2DBackpropFilter, {x, dy}, attributes);
      expect(gradient.shape).toEqual([...filter]);
      expectAllClose(await gradient.data(), expected, 2e-4);
    }
    expect(kernels.size).toBe(2);
  });
});

describeOnWebgpu('the bench on webgpu', () => {
  beforeAll(async () => void (await startEngine(forced)));
  afterAll(() => setFilterGradient('built-in'));

  it('times the gradient by the filter in both ways', async () => {
    const rows = await benchConv({batch: 1, side: 4, from: 1, to: 2}, filterGradients, 1e-3);
    expect(rows.map(({filterGradient}) => filterGradient)).toEqual([undefined, undefined, ...filterGradients]);
  });
});

describeOnWebgpu('auto with a GPU for WebGPU', () => {
  beforeEach(async () => void (await fakeTools(await temporaryFolder())));
  afterEach(() => vi.unstubAllEnvs());

  it('takes it where TensorFlow has none, and says why', async () => {
    const engine = await startEngine({...forced, name: 'auto'}, () => Promise.resolve(gpu));
    expect(engine.name).toBe('webgpu');
    expect(engine.reason).toContain('because TensorFlow is not installed');
    expect(tf.getBackend()).toBe('webgpu');
  });

  it('says loudly that it does not start', async () => {
    // What the probe says is not true here, as with a driver that fails at the second try.
    vi.stubEnv('VK_ICD_FILENAMES', '/nowhere.json');
    expect(await probeAdapter()).toBeNull();
    const engine = await startEngine({name: 'auto'}, () => Promise.resolve({...gpu, description: 'llvmpipe'}));
    expect(engine).toMatchObject({name: 'wasm', reason: textContaining('WebGPU finds only acme llvmpipe')});
  });
});

// Last, since they spoil the device.
describeOnWebgpu('a failure of the GPU', () => {
  beforeEach(async () => void (await startEngine(forced)));

  it('stops the operation whose result is larger than a buffer may be, and all that follow', async () => {
    const before = tf.square(tf.tensor1d([1, 2, 3]));
    const error = expect.objectContaining({
      name: 'UserError',
      code: 'engine-memory',
      hint: textContaining('batch'),
    }) as Error;
    const tooMuch = 4 * 2 ** 20 * Math.ceil(currentDevice().limits.maxBufferSize / 2 ** 24);
    expect(() => tf.fill([tooMuch, 2], 1)).toThrow(error);
    expect(() => checkEngine()).toThrow(error);
    expect(() => tf.square(before)).toThrow(error);
    await expect(before.data()).rejects.toEqual(error);
  });

  it('is told instead of numbers when the device is lost during a read', async () => {
    const result = tf.square(normals([100], 3));
    const read = result.data();
    currentDevice().destroy();
    await expect(read).rejects.toMatchObject({
      name: 'UserError',
      code: 'engine-lost',
      hint: textContaining('--resume'),
    });
    expect(() => checkEngine()).toThrow(expect.objectContaining({code: 'engine-lost'}));
  });

  it('stops a training before its next update', async () => {
    const hooks = recordingHooks();
    const nextAction = async () => {
      currentDevice().destroy();
      await new Promise(setImmediate);
      return hooks.nextAction();
    };
    const task = tinyTask({dropout: false}, await temporaryFolder());
    await expect(train(task, {...hooks, nextAction})).rejects.toMatchObject({name: 'UserError', code: 'engine-lost'});
    expect(hooks.events).toEqual([]);
  });

  it('is over with the next start, which opens a new device', async () => {
    const device = currentDevice();
    device.destroy();
    await new Promise(setImmediate);
    await startEngine(forced);
    expect(currentDevice()).not.toBe(device);
    expect([...(await tf.square(tf.tensor1d([2, 3])).data())]).toEqual([4, 9]);
    checkEngine();
  });
});

describe('webgpu where it cannot work', () => {
  it('says that the Node of an editor does not do', async () => {
    Object.defineProperty(process.versions, 'electron', {value: '40.0.0', configurable: true});
    try {
      await expect(probeAdapter()).rejects.toMatchObject({name: 'UserError', code: 'engine-platform'});
    } finally {
      Reflect.deleteProperty(process.versions, 'electron');
    }
  });
});

function normals(shape: number[], seed: number): tf.Tensor {
  return tf.randomNormal(shape, 0, 1, 'float32', seed);
}
