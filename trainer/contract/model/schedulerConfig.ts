import * as z from 'zod';
import {maxTimesteps} from './networkSizes.ts';

/**
 * `scheduler/scheduler_config.json` of any scheduler of diffusers, as it stands in the file: what is left out means the default of the
 * class that takes the config, which need not be the one that wrote it (`schedulerSettings`). Unknown keys are kept.
 */
export const SchedulerConfig = z.looseObject({
  _class_name: z.string().default('DDPMScheduler'),
  num_train_timesteps: z.int().min(1).max(maxTimesteps).optional(),
  beta_start: z.number().optional(),
  beta_end: z.number().optional(),
  beta_schedule: z.string().optional(),
  trained_betas: z.array(z.number()).max(maxTimesteps).nullable().optional(),
  prediction_type: z.string().optional(),
  rescale_betas_zero_snr: z.boolean().optional(),
});
export type SchedulerConfig = z.infer<typeof SchedulerConfig>;

/** The keys of a scheduler config that decide how images are drawn, not what the network was trained on; all by the names of diffusers. */
export const SamplerKeys = z.strictObject({
  timestep_spacing: z.enum(['leading', 'trailing', 'linspace']).describe('How the steps spread over the timesteps.'),
  steps_offset: z.int().min(-maxTimesteps).max(maxTimesteps).describe('Added to the timesteps of leading spacing.'),
  set_alpha_to_one: z.boolean().describe('The last step of DDIM and PNDM ends without noise, not at timestep 0.'),
  skip_prk_steps: z.boolean().describe('PNDM begins with linear multistep instead of Runge-Kutta steps.'),
  variance_type: z
    .enum(['fixed_small', 'fixed_small_log', 'fixed_large'])
    .describe('Noise of DDPM: the posterior variance or beta.'),
  clip_sample: z.boolean().describe('Clip the predicted image (DDIM, DDPM, Heun).'),
  clip_sample_range: z.number().positive().describe('Largest absolute value after clipping.'),
  thresholding: z.boolean().describe('Dynamic thresholding of the predicted image (DDIM, DDPM, DPM++, UniPC).'),
  dynamic_thresholding_ratio: z.number().min(0).max(1).describe('Share of values that the threshold leaves alone.'),
  sample_max_value: z.number().min(1).describe('Largest dynamic threshold.'),
  use_karras_sigmas: z.boolean().describe('Noise levels of Karras et al. 2022 (Euler, Heun, DPM++, UniPC).'),
  use_exponential_sigmas: z.boolean().describe('Noise levels evenly spaced in their logarithm.'),
  use_beta_sigmas: z.literal(false).describe('Noise levels by a beta distribution: not supported.'),
  use_lu_lambdas: z.boolean().describe('Noise levels evenly spaced in the log-SNR (DPM++).'),
  sigma_min: z.number().positive().nullable().describe('Smallest of the Karras and exponential noise levels.'),
  sigma_max: z.number().positive().nullable().describe('Largest of the Karras and exponential noise levels.'),
  final_sigmas_type: z.enum(['zero', 'sigma_min']).describe('Noise level after the last step.'),
  interpolation_type: z.enum(['linear', 'log_linear']).describe('Noise levels between timesteps (Euler).'),
  timestep_type: z.literal('discrete').describe('What the network is told of the noise level (Euler).'),
  solver_order: z.int().min(1).max(3).describe('Order of DPM++ and UniPC.'),
  algorithm_type: z
    .enum(['dpmsolver++', 'sde-dpmsolver++', 'dpmsolver', 'sde-dpmsolver'])
    .describe('Which equation DPM++ solves.'),
  solver_type: z
    .enum(['midpoint', 'heun', 'bh1', 'bh2', 'logrho'])
    .describe('Second-order update of DPM++ (midpoint, heun) or UniPC (bh1, bh2).'),
  lower_order_final: z.boolean().describe('The last steps are of lower order (DPM++ below 15 steps, UniPC).'),
  euler_at_final: z.boolean().describe('The last step of DPM++ is of first order.'),
  predict_x0: z.boolean().describe('UniPC works on the predicted image instead of the predicted noise.'),
  disable_corrector: z.array(z.int()).max(1000).describe('Steps of UniPC without its corrector.'),
});
export type SamplerKeys = z.infer<typeof SamplerKeys>;

/** Those keys, for a sampling that differs from what the model's own scheduler config says. */
export const SamplerOverrides = SamplerKeys.partial();
export type SamplerOverrides = z.infer<typeof SamplerOverrides>;
