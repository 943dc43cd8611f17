import {SamplingConfig} from '../contract/config/evaluateConfig.ts';
import {UserError} from '../contract/errors.ts';

/** What `--set` and `--karras` of a verb that draws say. */
export interface SamplerSettingOptions {
  /** `key=value` each. */
  readonly set?: readonly string[];
  readonly karras?: boolean;
}

/** The part of a sampling that they may give. */
export type SamplerSettings = Pick<SamplingConfig, 'scheduler' | 'churn' | 'use_clipped_model_output'>;

/** Reads settings of a sampler, by the names of diffusers. Throws a UserError for one that is unknown or has no such value. */
export function samplerSettings({set = [], karras}: SamplerSettingOptions): SamplerSettings {
  const given = new Map(set.map(keyAndValue));
  if (karras) given.set('use_karras_sigmas', true);
  const own = 'use_clipped_model_output';
  const churn = [...given].filter(([key]) => key.startsWith('s_'));
  const scheduler = [...given].filter(([key]) => key !== own && !key.startsWith('s_'));
  const {success, data, error} = SamplingConfig.safeParse({
    ...(scheduler.length > 0 && {scheduler: Object.fromEntries(scheduler)}),
    ...(churn.length > 0 && {churn: Object.fromEntries(churn)}),
    ...(given.has(own) && {[own]: given.get(own)}),
  });
  if (success) {
    const {scheduler, churn, use_clipped_model_output} = data;
    return {scheduler, churn, use_clipped_model_output};
  }
  const [issue] = error.issues;
  const where = issue?.path.at(-1);
  throw new UserError('sampler-setting', `${where === undefined ? '' : `${String(where)}: `}${issue?.message}.`, {
    where: '--set',
    hint: 'Give a setting of the sampler by its name in diffusers, as in --set timestep_spacing=trailing.',
  });
}

function keyAndValue(text: string): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new UserError('sampler-setting', `'${text}' is not of the form key=value.`, {where: '--set'});
  }
  return [text.slice(0, at), valueOf(text.slice(at + 1))];
}

/** JSON, or a word as it stands. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
