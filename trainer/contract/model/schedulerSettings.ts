import * as z from 'zod';
import {UserError} from '../errors.ts';
import {SamplerKeys, type SchedulerConfig} from './schedulerConfig.ts';

/** What a network was trained on. */
export interface TrainingKeys {
  readonly num_train_timesteps: number;
  readonly beta_start: number;
  readonly beta_end: number;
  readonly beta_schedule: string;
  readonly trained_betas: readonly number[] | null;
  readonly prediction_type: string;
  readonly rescale_betas_zero_snr: boolean;
}

/** Every key of a scheduler, with the defaults of its class in place of what its config leaves out. */
export interface SchedulerSettings extends TrainingKeys, Readonly<SamplerKeys> {}

/** Defaults that classes share. */
const common: SchedulerSettings = {
  num_train_timesteps: 1000,
  beta_start: 0.0001,
  beta_end: 0.02,
  beta_schedule: 'linear',
  trained_betas: null,
  prediction_type: 'epsilon',
  rescale_betas_zero_snr: false,
  timestep_spacing: 'leading',
  steps_offset: 0,
  set_alpha_to_one: true,
  skip_prk_steps: false,
  variance_type: 'fixed_small',
  clip_sample: true,
  clip_sample_range: 1,
  thresholding: false,
  dynamic_thresholding_ratio: 0.995,
  sample_max_value: 1,
  use_karras_sigmas: false,
  use_exponential_sigmas: false,
  use_beta_sigmas: false,
  use_lu_lambdas: false,
  sigma_min: null,
  sigma_max: null,
  final_sigmas_type: 'zero',
  interpolation_type: 'linear',
  timestep_type: 'discrete',
  solver_order: 2,
  algorithm_type: 'dpmsolver++',
  solver_type: 'midpoint',
  lower_order_final: true,
  euler_at_final: false,
  predict_x0: true,
  disable_corrector: [],
};

type Key = keyof SamplerKeys;

/** A scheduler of diffusers: the keys that decide how it draws, and where its defaults differ from those above. */
interface SchedulerKind {
  readonly keys: readonly Key[];
  readonly defaults: Partial<SchedulerSettings>;
}

const spacing: readonly Key[] = ['timestep_spacing', 'steps_offset'];
const clipping: readonly Key[] = ['clip_sample', 'clip_sample_range'];
const thresholding: readonly Key[] = ['thresholding', 'dynamic_thresholding_ratio', 'sample_max_value'];
const sigmas: readonly Key[] = ['use_karras_sigmas', 'use_exponential_sigmas', 'use_beta_sigmas'];
const solver: readonly Key[] = ['solver_order', 'solver_type', 'lower_order_final', 'final_sigmas_type'];
const even = {timestep_spacing: 'linspace'} as const;

const kinds = {
  DDPMScheduler: {keys: [...spacing, ...clipping, ...thresholding, 'variance_type'], defaults: {}},
  DDIMScheduler: {keys: [...spacing, ...clipping, ...thresholding, 'set_alpha_to_one'], defaults: {}},
  PNDMScheduler: {keys: [...spacing, 'set_alpha_to_one', 'skip_prk_steps'], defaults: {set_alpha_to_one: false}},
  EulerDiscreteScheduler: {
    keys: [...spacing, ...sigmas, 'sigma_min', 'sigma_max', 'final_sigmas_type', 'interpolation_type', 'timestep_type'],
    defaults: even,
  },
  EulerAncestralDiscreteScheduler: {keys: spacing, defaults: even},
  HeunDiscreteScheduler: {
    keys: [...spacing, ...sigmas, ...clipping],
    defaults: {...even, clip_sample: false, beta_start: 0.00085, beta_end: 0.012},
  },
  DPMSolverMultistepScheduler: {
    keys: [...spacing, ...sigmas, 'use_lu_lambdas', ...thresholding, ...solver, 'algorithm_type', 'euler_at_final'],
    defaults: even,
  },
  UniPCMultistepScheduler: {
    keys: [
      ...spacing,
      ...sigmas,
      'sigma_min',
      'sigma_max',
      ...thresholding,
      ...solver,
      'predict_x0',
      'disable_corrector',
    ],
    defaults: {...even, solver_type: 'bh2'},
  },
} as const satisfies Readonly<Record<string, SchedulerKind>>;

export type SchedulerClass = keyof typeof kinds;

export const schedulerClasses = Object.keys(kinds) as readonly SchedulerClass[];

/** The keys that decide how a scheduler draws. */
export function schedulerKeys(name: SchedulerClass): readonly Key[] {
  return kinds[name].keys;
}

/** What a network with this config was trained on; of a class that is not known here, as far as the config says. */
export function trainingKeys(config: SchedulerConfig): TrainingKeys {
  const name = config._class_name;
  const defaults: SchedulerSettings = {...common, ...(isKnown(name) ? kinds[name].defaults : {})};
  return {
    num_train_timesteps: config.num_train_timesteps ?? defaults.num_train_timesteps,
    beta_start: config.beta_start ?? defaults.beta_start,
    beta_end: config.beta_end ?? defaults.beta_end,
    beta_schedule: config.beta_schedule ?? defaults.beta_schedule,
    trained_betas: config.trained_betas ?? null,
    prediction_type: config.prediction_type ?? defaults.prediction_type,
    rescale_betas_zero_snr: config.rescale_betas_zero_snr ?? defaults.rescale_betas_zero_snr,
  };
}

/**
 * The settings with which the scheduler `sampler` draws from a model with this config, as `from_config` of diffusers makes them: the keys
 * of the config that it takes count, and what is left out has its defaults. But for what the network was trained on: there the defaults
 * are those of the class that the config names. Throws a UserError for a class or a value that is not supported; `where` is the file.
 */
export function schedulerSettings(
  config: SchedulerConfig,
  where?: string,
  sampler: SchedulerClass = requireClass(config._class_name, where),
): SchedulerSettings {
  const defaults: SchedulerSettings = {...common, ...kinds[sampler].defaults};
  const given = schedulerKeys(sampler)
    .filter((key) => (config[key] ?? null) !== null)
    .map((key) => [key, requireValue(key, config[key], where)] as const);
  const settings: SchedulerSettings = {...defaults, ...Object.fromEntries<unknown>(given), ...trainingKeys(config)};
  return {...settings, solver_type: fittingSolver(settings.solver_type, defaults.solver_type)};
}

/** The keys that a new config says, whatever their values. */
const written = [
  ...['num_train_timesteps', 'beta_start', 'beta_end', 'beta_schedule', 'trained_betas', 'variance_type'],
  ...['clip_sample', 'clip_sample_range', 'prediction_type', 'set_alpha_to_one', 'steps_offset'],
  ...['timestep_spacing', 'thresholding', 'rescale_betas_zero_snr'],
] as readonly (keyof SchedulerSettings)[];

/** A config for a model that had none: the keys of DDPM and DDIM are all there, but for the one that its class does not take. */
export function completeScheduler(config: SchedulerConfig): SchedulerConfig {
  const settings = schedulerSettings(config);
  const foreign = config._class_name === 'DDIMScheduler' ? 'variance_type' : 'set_alpha_to_one';
  const keys = written.filter((key) => key !== foreign);
  return {...Object.fromEntries(keys.map((key) => [key, settings[key]])), ...config};
}

function isKnown(name: string): name is SchedulerClass {
  return Object.hasOwn(kinds, name);
}

function requireClass(name: string, where: string | undefined): SchedulerClass {
  if (isKnown(name)) return name;
  throw unsupported('_class_name', name, schedulerClasses, where);
}

function requireValue(key: Key, value: unknown, where?: string): SamplerKeys[Key] {
  const schema: z.ZodType<SamplerKeys[Key]> = SamplerKeys.shape[key];
  const {success, data} = schema.safeParse(value);
  if (success) return data;
  throw unsupported(key, value, optionsOf(schema), where);
}

function optionsOf(schema: z.ZodType): readonly unknown[] {
  return schema instanceof z.ZodEnum ? schema.options : [];
}

function unsupported(key: string, value: unknown, values: readonly unknown[], where: string | undefined): UserError {
  return new UserError('scheduler-unsupported', `${key} ${JSON.stringify(value)} is not supported.`, {
    where,
    hint: values.length === 0 ? undefined : `Supported: ${values.join(', ')}.`,
  });
}

/** As in diffusers, a solver of the other family of multistep schedulers means the default of the own one. */
function fittingSolver(
  given: SamplerKeys['solver_type'],
  usual: SamplerKeys['solver_type'],
): SamplerKeys['solver_type'] {
  const families = [
    ['midpoint', 'heun'],
    ['bh1', 'bh2'],
  ];
  return families.some((family) => family.includes(given) && family.includes(usual)) ? given : usual;
}
