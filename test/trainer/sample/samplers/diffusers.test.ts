import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {SamplerName} from '../../../../trainer/contract/config/samplerName.ts';
import {SchedulerConfig} from '../../../../trainer/contract/model/schedulerConfig.ts';
import {sample} from '../../../../trainer/sample/sample.ts';
import {samplerTable} from '../../../../trainer/sample/samplers/samplers.ts';
import {createSchedule} from '../../../../trainer/schedulers/schedule.ts';
import {openSafetensors} from '../../../../trainer/store/weights/safetensors.ts';
import type {TensorReader} from '../../../../trainer/store/weights/tensorReader.ts';
import {expectAllClose} from '../../../helpers/engine/allClose.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';

useCpuBackend();

interface Case {
  readonly scheduler: string;
  readonly config: Record<string, unknown>;
  readonly steps: number;
  readonly kwargs: Record<string, number | boolean>;
  readonly noises: number;
}

const folder = fileURLToPath(new URL('../../../fixtures/golden-sd/schedulers', import.meta.url));
const cases = JSON.parse(readFileSync(`${folder}/cases.json`, 'utf8')) as Record<string, Case>;
const stableDiffusion = {beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012};
const names = Object.keys(samplerTable) as SamplerName[];

/** What the reference was drawn from: tanh(x) (0.5 + t / 2000) + 0.1 cos(0.05 k), where k counts the numbers of an image. */
function closedForm(x: Tensor4D, timestep: number): Tensor4D {
  const waves = Float32Array.from({length: x.size}, (_, k) => 0.1 * Math.cos(0.05 * k));
  return tf.add(tf.mul(tf.tanh(x), 0.5 + timestep / 2000), tf.tensor4d(waves, x.shape));
}

/** The first `count` numbers as an image. */
function asImage(values: Float32Array, count: number): Tensor4D {
  return tf.tensor4d(values.slice(0, count), [1, 1, count, 1]);
}

// Each number of an image goes its own way, so the first 30 of 120 are enough; but thresholding looks at all of them.
describe('the samplers of diffusers', () => {
  let arrays: TensorReader;
  beforeAll(async () => (arrays = await openSafetensors(`${folder}/arrays.safetensors`)));
  afterAll(() => arrays.close());

  it.each(Object.entries(cases))(
    'make the same step each time: %s',
    async (name, {scheduler, config, steps, kwargs, noises}) => {
      const [calls = 0, count = 0] = arrays.shapes.get(`${name}.after`) ?? [];
      const [after, noise, start] = (await Promise.all(
        [`${name}.after`, 'noise', 'start'].map((key) => arrays.read(key)),
      )) as [Float32Array, Float32Array, Float32Array];
      const {eta = 0, use_clipped_model_output, ...churn} = kwargs;
      const timesteps: number[] = [];
      const errors: number[] = [];
      let drawn = 0;
      const images = await sample({
        schedule: createSchedule(SchedulerConfig.parse({_class_name: scheduler, ...config})),
        sampler: names.find((each) => samplerTable[each].scheduler === scheduler),
        steps,
        eta: Number(eta),
        ...(use_clipped_model_output === true && {use_clipped_model_output}),
        ...('s_churn' in churn && {churn: churn as never}),
        predict: (x, timestep) => {
          timesteps.push(timestep);
          return closedForm(x, timestep);
        },
        noise: asImage(start, count),
        stepNoise: () => asImage(noise.subarray(start.length * drawn++), count),
        onStep: (done, total, images) => {
          expect(total).toBe(calls);
          const expected = after.subarray((done - 1) * count, done * count);
          const scale = Math.max(...expected.map(Math.abs));
          const actual = images.dataSync<'float32'>();
          errors.push(Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] ?? NaN)))) / scale);
        },
      });
      images.dispose();
      expectAllClose(timesteps, await arrays.read(`${name}.timesteps`), 1e-3);
      expect(errors).toHaveLength(calls);
      expect(Math.max(...errors)).toBeLessThan(1e-5);
      expect(drawn).toBe(noises);
    },
  );

  // The last bit of torch.linspace depends on the processor. Shifting the roots of ᾱ to end in 0 leaves that bit as it is, so that it weighs more.
  it.each([
    ['linear', {}],
    ['scaled_linear', stableDiffusion],
    ['squaredcos_cap_v2', {beta_schedule: 'squaredcos_cap_v2'}],
    ['linear_zero_snr', {rescale_betas_zero_snr: true}],
    ['scaled_linear_zero_snr', {...stableDiffusion, rescale_betas_zero_snr: true}],
  ])('start from the same noise levels: %s', async (name, config) => {
    const {alphasCumprod} = createSchedule(SchedulerConfig.parse(config));
    const expected = await arrays.read(`table.${name}.alphas_cumprod`);
    const off = [...alphasCumprod].filter((alpha, t) => {
      const wanted = expected[t] ?? NaN;
      return !(Math.abs(alpha - wanted) <= 1e-6 * wanted || Math.abs(Math.sqrt(alpha) - Math.sqrt(wanted)) <= 2e-7);
    });
    expect(off).toEqual([]);
  });
});
