import {z} from 'zod';

/**
 * `scheduler/scheduler_config.json`, the union of what DDPMScheduler and DDIMScheduler of diffusers write.
 * Unknown keys are kept for the round trip; unsupported values are refused by name when the schedule is built.
 */
export const SchedulerConfig = z.looseObject({
  _class_name: z.string().default('DDPMScheduler'),
  num_train_timesteps: z.int().min(1).default(1000),
  beta_start: z.number().default(0.0001),
  beta_end: z.number().default(0.02),
  beta_schedule: z.string().default('linear'),
  trained_betas: z.array(z.number()).nullable().default(null),
  variance_type: z.string().default('fixed_small'),
  clip_sample: z.boolean().default(true),
  clip_sample_range: z.number().default(1),
  prediction_type: z.string().default('epsilon'),
  set_alpha_to_one: z.boolean().default(true),
  steps_offset: z.int().default(0),
  timestep_spacing: z.string().default('leading'),
  thresholding: z.boolean().default(false),
  rescale_betas_zero_snr: z.boolean().default(false),
});
export type SchedulerConfig = z.infer<typeof SchedulerConfig>;
