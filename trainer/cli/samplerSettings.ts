import * as z from 'zod';
import {allowedValues} from '../contract/config/allowedValues.ts';
import {ChurnConfig, SamplingConfig} from '../contract/config/evaluateConfig.ts';
import {nearestName} from '../contract/config/nearestName.ts';
import {UserError} from '../contract/errors.ts';
import {SamplerKeys} from '../contract/model/schedulerConfig.ts';

/** What `--set` and `--karras` of a verb that draws say. */
export interface SamplerSettingOptions {
  /** `key=value` each. */
  readonly set?: readonly string[];
  readonly karras?: boolean;
}

/** The part of a sampling that they may give. */
export type SamplerSettings = Pick<SamplingConfig, 'scheduler' | 'churn' | 'use_clipped_model_output'>;

const {use_clipped_model_output} = SamplingConfig.shape;
const settings: Readonly<Record<string, z.ZodType>> = {
  ...SamplerKeys.shape,
  ...ChurnConfig.shape,
  use_clipped_model_output,
};

/** Reads settings of a sampler, by the names of diffusers. Throws a UserError for one that is unknown or has no such value. */
export function samplerSettings({set = [], karras}: SamplerSettingOptions): SamplerSettings {
  const given = new Map(set.map(setting));
  if (karras) given.set('use_karras_sigmas', true);
  const [scheduler, churn] = [SamplerKeys.shape, ChurnConfig.shape].map((shape) => {
    const own = [...given].filter(([key]) => Object.hasOwn(shape, key));
    return own.length === 0 ? undefined : Object.fromEntries(own);
  });
  if (churn !== undefined && !given.has('s_churn')) {
    throw settingError(`${Object.keys(churn).join(' and ')} without s_churn has no effect.`, 'Give s_churn, too.');
  }
  const clipped = given.get('use_clipped_model_output');
  const parsed = SamplingConfig.parse({scheduler, churn, use_clipped_model_output: clipped});
  return {
    scheduler: parsed.scheduler,
    churn: parsed.churn,
    use_clipped_model_output: parsed.use_clipped_model_output,
  };
}

/** `timestep_spacing=trailing`, `thresholding=true`, `disable_corrector=[0,1]` */
function setting(text: string): [string, unknown] {
  const [, key = '', written = ''] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (key === '') throw settingError(`'${text}' is not of the form key=value.`);
  const schema = Object.hasOwn(settings, key) ? settings[key] : undefined;
  if (schema === undefined) {
    const near = nearestName(key, Object.keys(settings));
    throw settingError(
      `${key} is no setting of a sampler${near === undefined ? '' : `; did you mean ${near}?`}`,
      `The settings are ${Object.keys(settings).join(', ')}.`,
    );
  }
  const {success, data} = schema.safeParse(valueOf(written));
  if (success) return [key, data];
  const allowed = allowedValues(z.toJSONSchema(schema, {io: 'input'}));
  throw settingError(`${key} cannot be ${written === '' ? 'empty' : written}.`, `It takes ${allowed}.`);
}

/** JSON, or a word as it stands. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function settingError(message: string, hint?: string): UserError {
  return new UserError('sampler-setting', message, {where: '--set', hint});
}
