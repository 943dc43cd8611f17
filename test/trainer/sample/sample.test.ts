import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {sample, type SampleRequest} from '../../../trainer/sample/sample.ts';
import {createSchedule} from '../../../trainer/schedulers/schedule.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {
  fromNchw,
  referenceImages,
  referencePredict,
  referenceShape,
  sumAbs,
} from '../../helpers/models/referenceLoop.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';
import {createTorchRandom} from '../../../trainer/sample/torchRandom.ts';

useCpuBackend();

function request(changes: Partial<SampleRequest> = {}): SampleRequest {
  const schedule = createSchedule(SchedulerConfig.parse({}));
  const stepNoise = () => tf.zeros<tf.Rank.R4>(referenceShape);
  return {
    predict: referencePredict,
    schedule,
    sampler: 'ddim',
    steps: 10,
    eta: 0,
    noise: referenceImages(),
    stepNoise,
    ...changes,
  };
}

describe('sample', () => {
  it('runs the DDIM loop of diffusers', async () => {
    expect(Math.abs((await sumAbs(await sample(request()))) - 172.0067)).toBeLessThan(1e-4);
  });

  it('runs the DDPM loop of diffusers', async () => {
    const random = createTorchRandom(0);
    const [batch, height, width, channels] = referenceShape;
    const stepNoise = () => fromNchw(random.randn(768), [batch, channels, height, width]);
    const images = await sample(request({sampler: 'ddpm', steps: 1000, stepNoise}));
    expect(Math.abs((await sumAbs(images)) - 258.9606)).toBeLessThan(2e-3);
  });

  it('asks for noise only where the sampler adds some', async () => {
    const asked = async (changes: Partial<SampleRequest>) => {
      const steps: number[] = [];
      const stepNoise = (step: number) => {
        steps.push(step);
        return tf.zeros<tf.Rank.R4>(referenceShape);
      };
      (await sample(request({steps: 4, stepNoise, ...changes}))).dispose();
      return steps;
    };
    expect(await asked({})).toEqual([]);
    expect(await asked({eta: 0.5})).toEqual([0, 1, 2, 3]);
    // The last DDPM step is at timestep 0.
    expect(await asked({sampler: 'ddpm'})).toEqual([0, 1, 2]);
  });

  it('reports each step and lets the event loop run between them', async () => {
    const seen: string[] = [];
    const onStep = (done: number, total: number) => {
      seen.push(`${done}/${total}`);
      setImmediate(() => seen.push('message'));
    };
    await sample(request({steps: 2, onStep}));
    expect(seen).toEqual(['1/2', 'message', '2/2', 'message']);
  });

  it('leaves nothing behind but its result', async () => {
    const asked = request({eta: 1});
    await expectNoLeak(async () => (await sample(asked)).dispose());
    expect(asked.noise.isDisposed).toBe(false);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const stop = (done: number) => {
      if (done === 3) throw new Error('stopped');
    };
    const failing = (noisy: Tensor4D, timestep: number) => {
      if (timestep < 500) throw new Error('no prediction');
      return referencePredict(noisy, timestep);
    };
    const [stopped, failed] = [request({onStep: stop}), request({predict: failing})];
    await expectNoLeak(async () => {
      await expect(sample(stopped)).rejects.toThrow('stopped');
      await expect(sample(failed)).rejects.toThrow('no prediction');
    });
  });
});
