import type {SchedulerClass} from '../model/schedulerSettings.ts';

/** Samplers, by the names that the field has for them, each with the scheduler of diffusers that draws so. */
export const samplerSchedulers = {
  ddim: 'DDIMScheduler',
  ddpm: 'DDPMScheduler',
  pndm: 'PNDMScheduler',
  euler: 'EulerDiscreteScheduler',
  'euler-ancestral': 'EulerAncestralDiscreteScheduler',
  heun: 'HeunDiscreteScheduler',
  'dpmpp-2m': 'DPMSolverMultistepScheduler',
  unipc: 'UniPCMultistepScheduler',
} as const satisfies Readonly<Record<string, SchedulerClass>>;

export type SamplerName = keyof typeof samplerSchedulers;
export const samplers = Object.keys(samplerSchedulers) as [SamplerName, ...SamplerName[]];
