import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {afterEach, describe, expect, it} from 'vitest';
import {samplers, type SamplerName} from '../../../../trainer/contract/config/samplerName.ts';
import {SchedulerConfig} from '../../../../trainer/contract/model/schedulerConfig.ts';
import {sample, type SampleRequest} from '../../../../trainer/sample/sample.ts';
import {startOf, walk, type Sampler} from '../../../../trainer/sample/samplers/sampler.ts';
import {defaultSampler, samplerTable} from '../../../../trainer/sample/samplers/samplers.ts';
import {createSchedule} from '../../../../trainer/schedulers/schedule.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {expectNoLeak} from '../../../helpers/engine/tensorCount.ts';

useCpuBackend();

const shape: [number, number, number, number] = [2, 3, 3, 1];
const schedule = (config: object = {}) => createSchedule(SchedulerConfig.parse(config));

function request(changes: Partial<SampleRequest> = {}): SampleRequest {
  return {
    predict: (noisy, timestep) => tf.mul(tf.tanh(noisy), 0.5 + timestep / 2000),
    schedule: schedule(),
    steps: 5,
    eta: 0,
    noise: tf.randomNormal(shape, 0, 1, 'float32', 4),
    stepNoise: (step) => tf.randomNormal(shape, 0, 1, 'float32', step),
    ...changes,
  };
}

/** The timesteps at which the network is called. */
async function calls(changes: Partial<SampleRequest>): Promise<number[]> {
  const seen: number[] = [];
  const predict = (noisy: Tensor4D, timestep: number) => {
    seen.push(Number(timestep.toFixed(2)));
    return tf.zerosLike(noisy);
  };
  (await sample(request({...changes, predict}))).dispose();
  return seen;
}

describe.each(samplers)('%s', (sampler) => {
  it('leaves nothing behind but its images', async () => {
    const asked = request({sampler, eta: 1});
    await expectNoLeak(async () => (await sample(asked)).dispose());
    expect(asked.noise.isDisposed).toBe(false);
  });

  it('leaves nothing behind when it is stopped at any step', async () => {
    for (const last of [1, 2, 3, 4]) {
      const onStep = (done: number) => {
        if (done === last) throw new Error('stopped');
      };
      const asked = request({sampler, onStep});
      await expectNoLeak(() => expect(sample(asked)).rejects.toThrow('stopped'));
    }
  });

  it('finds the image of a perfect prediction', async () => {
    const image = tf.randomUniform<tf.Rank.R4>(shape, -1, 1, 'float32', 9);
    const given = schedule({prediction_type: 'epsilon'});
    const asked = request({sampler, schedule: given, steps: 20});
    // The network sees x = sqrt(ᾱ) x_0 + sqrt(1 - ᾱ) ε, whatever the coordinates of the sampler.
    const predict = (noisy: Tensor4D, timestep: number): Tensor4D => {
      const alpha = given.alphasCumprod[Math.round(timestep)] as number;
      return tf.div(tf.sub(noisy, tf.mul(image, Math.sqrt(alpha))), Math.sqrt(1 - alpha));
    };
    const drawn = await sample({...asked, predict});
    const error = tf.max(tf.abs(tf.sub(drawn, image)));
    // What is left is the noise at timestep 0 (PNDM), and the rounding of fractional timesteps above.
    expect((await error.data())[0]).toBeLessThan(0.05);
  });

  it('refuses steps that there are not', async () => {
    for (const steps of [0, 1001, 2.5]) {
      await expect(sample(request({sampler, steps}))).rejects.toMatchObject({code: 'steps-invalid'});
    }
  });
});

describe('the settings of a sampler', () => {
  // What Stable Diffusion 1.5 has in its file, which says nothing of the spacing.
  const config = {
    _class_name: 'PNDMScheduler',
    beta_schedule: 'scaled_linear',
    beta_start: 0.00085,
    beta_end: 0.012,
    clip_sample: false,
    set_alpha_to_one: false,
    skip_prk_steps: true,
    steps_offset: 1,
  };
  const given = schedule(config);

  it('are those of the file, and else the defaults of the sampler that takes over', async () => {
    expect(await calls({schedule: given, sampler: 'pndm', steps: 3})).toEqual([667, 334, 334, 1]);
    expect(await calls({schedule: given, sampler: 'ddim', steps: 3})).toEqual([667, 334, 1]);
    expect(await calls({schedule: given, sampler: 'euler', steps: 3})).toEqual([999, 499.5, 0]);
    const spaced = schedule({...config, timestep_spacing: 'leading'});
    expect(await calls({schedule: spaced, sampler: 'euler', steps: 3})).toEqual([667, 334, 1]);
    expect(await calls({schedule: spaced, sampler: 'dpmpp-2m', steps: 3})).toEqual([751, 501, 251]);
  });

  it('give way to those of the sampling', async () => {
    const trailing = {timestep_spacing: 'trailing'} as const;
    expect(await calls({schedule: given, sampler: 'euler', steps: 4, scheduler: trailing})).toEqual([
      999, 749, 499, 249,
    ]);
    // Computed with NumPy.
    const karras = {use_karras_sigmas: true};
    expect((await calls({schedule: given, sampler: 'heun', steps: 4, scheduler: karras}))[1]).toBeCloseTo(687.153, 2);
    expect(await calls({schedule: given, sampler: 'dpmpp-2m', steps: 10, scheduler: karras})).toEqual([
      999, 916, 815, 687, 523, 327, 146, 41, 7, 0,
    ]);
  });

  it('of another sampler are refused', async () => {
    const asked = request({sampler: 'ddim', scheduler: {use_karras_sigmas: true}});
    await expect(sample(asked)).rejects.toMatchObject({
      code: 'sampler-setting',
      message: 'The sampler ddim has no setting use_karras_sigmas.',
    });
  });

  it.each([
    ['pndm', {prediction_type: 'sample'}, {}],
    ['pndm', {}, {skip_prk_steps: false}],
    ['dpmpp-2m', {}, {algorithm_type: 'dpmsolver'}],
    ['dpmpp-2m', {}, {algorithm_type: 'sde-dpmsolver++', solver_order: 3}],
    ['ddim', {rescale_betas_zero_snr: true}, {timestep_spacing: 'trailing'}],
  ] as const)('that cannot work are refused: %s %j %j', async (sampler, config, scheduler) => {
    const asked = request({sampler, schedule: schedule(config), scheduler, steps: 3});
    await expect(sample(asked)).rejects.toMatchObject({name: 'UserError'});
  });

  it('that make diffusers divide by zero at the last step draw as the lower order does', async () => {
    for (const scheduler of [{lower_order_final: false}, {solver_type: 'bh1'} as const]) {
      const images = await sample(request({sampler: 'unipc', steps: 6, scheduler}));
      expect([...(await images.data())].every(Number.isFinite)).toBe(true);
    }
  });
});

describe('the sampler of a model', () => {
  it.each([
    ['DDPMScheduler', 'ddim'],
    ['DDIMScheduler', 'ddim'],
    ['PNDMScheduler', 'pndm'],
    ['EulerDiscreteScheduler', 'euler'],
    ['EulerAncestralDiscreteScheduler', 'euler-ancestral'],
    ['HeunDiscreteScheduler', 'heun'],
    ['DPMSolverMultistepScheduler', 'dpmpp-2m'],
    ['UniPCMultistepScheduler', 'unipc'],
  ])('with %s is %s', (_class_name, sampler) => {
    expect(defaultSampler(schedule({_class_name}))).toBe(sampler);
  });
});

describe('another sampler', () => {
  const table = samplerTable as Record<string, unknown>;
  afterEach(() => void delete table.halving);

  it('is one row', async () => {
    /** Two calls for each step, and a memory. */
    const halving: Sampler = (predict, start, steps, options) =>
      walk({...startOf(start, 4), last: tf.zerosLike(start)}, steps, options, ({images, last}, index) => {
        const timestep = options.schedule.timesteps / (index + 2) + 0.5;
        const sum: Tensor4D = tf.add(predict(images, timestep), predict(last, timestep / 2));
        return {images: tf.div<Tensor4D>(tf.add(images, tf.mul(sum, 0)), 2), last: images};
      });
    table.halving = {draw: halving, scheduler: 'DDIMScheduler'};
    const asked = request({sampler: 'halving' as SamplerName, steps: 2});
    const images = await sample(asked);
    expect(await images.data()).toEqual(await asked.noise.data());
    expect(await calls({sampler: 'halving' as SamplerName, steps: 2})).toEqual([500.5, 250.25, 333.83, 166.92]);
    await expectNoLeak(async () => (await sample(asked)).dispose());
  });
});
