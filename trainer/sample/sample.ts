import type {Tensor4D} from '@tensorflow/tfjs-core';
import type {SamplingConfig} from '../contract/config/evaluateConfig.ts';
import {UserError} from '../contract/errors.ts';
import type {SamplerOverrides} from '../contract/model/schedulerConfig.ts';
import {schedulerKeys} from '../contract/model/schedulerSettings.ts';
import {scheduleFor, type NoiseSchedule} from '../schedulers/schedule.ts';
import type {Predict} from './predict.ts';
import {defaultSampler, samplerTable} from './samplers/samplers.ts';

/** How images are drawn: the settings of a sampling without its seed and batch. */
export type SamplingSettings = Pick<
  SamplingConfig,
  'sampler' | 'steps' | 'eta' | 'scheduler' | 'churn' | 'use_clipped_model_output'
>;

export interface SampleRequest extends SamplingSettings {
  predict: Predict;
  schedule: NoiseSchedule;
  /** x_T, standard normal, [N,H,W,C]; stays the caller's. */
  noise: Tensor4D;
  /** Whether the network works on latents, which have no bounds that a scheduler could clip them to. */
  ofLatents?: boolean;
  /** Standard normal [N,H,W,C] of step `step`, counted from 0; what it makes is freed after the step. */
  stepNoise(step: number): Tensor4D;
  /** Called after each call of the network; what it throws ends the sampling. */
  onStep?(done: number, total: number, images: Tensor4D): void;
}

/**
 * What StableDiffusionPipeline of diffusers makes of any scheduler that it is given. The config of PNDM, which most models come with, does not
 * say whether DDIM clips, and DDIM does by default.
 */
const latentSettings: SamplerOverrides = {clip_sample: false, steps_offset: 1};

/** Draws images [N,H,W,C] in about [-1, 1] from noise. The event loop runs between steps, so that a stop message gets in. */
export async function sample(request: SampleRequest): Promise<Tensor4D> {
  const {predict, schedule, noise, stepNoise, steps, scheduler: overrides = {}} = request;
  const name = request.sampler ?? defaultSampler(schedule);
  const {draw, scheduler} = samplerTable[name];
  const taken: readonly string[] = schedulerKeys(scheduler);
  const foreign = Object.keys(overrides).find((key) => !taken.includes(key));
  if (foreign !== undefined) {
    throw new UserError('sampler-setting', `The sampler ${name} has no setting ${foreign}.`, {
      hint: `It has ${taken.join(', ')}.`,
    });
  }
  const fixed = Object.entries(request.ofLatents === true ? latentSettings : {}).filter(([key]) => taken.includes(key));
  const own = scheduleFor(schedule, scheduler, {...Object.fromEntries(fixed), ...overrides});
  return draw(predict, noise, steps, {...request, schedule: own, noise: stepNoise});
}
