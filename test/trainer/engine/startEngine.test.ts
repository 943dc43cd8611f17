import * as tf from '@tensorflow/tfjs-core';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {installTensorflow} from '../../../trainer/engine/tensorflow/install/install.ts';
import {listEngines, testEngine} from '../../../trainer/engine/listEngines.ts';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {textContaining} from '../../helpers/textContaining.ts';
import {fakeTools} from './fakeTools.ts';

/** An installed TensorFlow whose addon is no addon. */
async function installBroken(): Promise<void> {
  await installTensorflow({variant: 'cpu'}, () => Promise.resolve({version: '2.21.0', gpu: false}));
}

/** For tests that must not depend on the GPU of the machine. */
const noGpu = () => Promise.resolve(null);

// Before the tests with the real TensorFlow: what a process has loaded stays.
describe('without a working TensorFlow', () => {
  beforeEach(async () => void (await fakeTools(await temporaryFolder())));
  afterEach(() => vi.unstubAllEnvs());

  it('auto takes wasm and says why', async () => {
    const engine = await startEngine({name: 'auto'}, noGpu);
    expect(engine).toMatchObject({name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1});
    expect(engine.reason).toContain('TensorFlow is not installed');
    expect(tf.getBackend()).toBe('wasm');
  });

  it('a config that names it fails and says what to do', async () => {
    const hint = textContaining('deme engine install tensorflow');
    await expect(startEngine({name: 'tensorflow'})).rejects.toMatchObject({
      name: 'UserError',
      code: 'engine-missing',
      hint,
    });
  });

  it('auto says loudly that it is there but broken', async () => {
    await installBroken();
    const engine = await startEngine({name: 'auto'}, noGpu);
    expect(engine.name).toBe('wasm');
    expect(engine.reason).toMatch(/NOT HEALTHY: TensorFlow does not load: .*(file too short|invalid ELF header)/);
  });

  it('a config that names it fails when it is broken', async () => {
    await installBroken();
    const where = textContaining('tfjs_binding.node');
    await expect(startEngine({name: 'tensorflow'})).rejects.toMatchObject({
      name: 'UserError',
      code: 'tensorflow-broken',
      where,
    });
  });

  it('the list says which engines are there and healthy', async () => {
    const absent = await listEngines();
    expect(absent).toMatchObject([
      {name: 'tensorflow', installed: false, healthy: false, note: textContaining('deme engine install')},
      {name: 'webgpu'},
      {name: 'wasm', installed: true, healthy: true, version: '4.22.0', device: 'CPU'},
    ]);
    await installBroken();
    const [broken] = await listEngines();
    expect(broken).toMatchObject({
      installed: true,
      healthy: false,
      version: null,
      note: textContaining('does not load'),
    });
    expect(await testEngine('tensorflow')).toMatchObject({installed: true, healthy: false});
  });
});

describeOnEngines('the self test', (engine) => {
  it('passes on the engine as it is', async () => {
    expect(await testEngine(engine)).toMatchObject({name: engine, installed: true, healthy: true});
    expect(tf.getBackend()).toBe(engine);
  });

  it.each([tf.Conv2D, tf.Conv2DBackpropFilter, tf.Conv2DBackpropInput, tf.BatchMatMul])(
    'names %s when it computes wrongly',
    async (kernelName) => {
      const right = tf.getKernel(kernelName, engine);
      tf.unregisterKernel(kernelName, engine);
      tf.registerKernel({
        ...right,
        kernelFunc: (call) =>
          tf.mul(tf.engine().makeTensorFromTensorInfo(right.kernelFunc(call) as tf.TensorInfo), 1.05),
      });
      try {
        const message = textContaining(`computes ${kernelName} wrongly`);
        await expect(startEngine({name: engine})).rejects.toMatchObject({
          name: 'UserError',
          code: 'engine-wrong',
          message,
        });
      } finally {
        tf.unregisterKernel(kernelName, engine);
        tf.registerKernel(right);
      }
    },
  );

  it('leaves no tensors behind', async () => {
    const before = tf.memory().numTensors;
    await startEngine({name: engine});
    expect(tf.memory().numTensors).toBe(before);
  });
});

describeOnEngines('startEngine', (engine) => {
  it.runIf(engine === 'tensorflow')('is what auto takes where it is healthy', async () => {
    const found = await startEngine({name: 'auto'}, noGpu);
    expect(found).toMatchObject({name: 'tensorflow', reason: textContaining('installed and healthy')});
    expect(process.env.TF_NUM_INTRAOP_THREADS).toBe(String(found.threads));
    expect(process.env.TF_DETERMINISTIC_OPS).toBe('1');
  });
});
