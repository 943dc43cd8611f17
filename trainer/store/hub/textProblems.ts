import {childValue, type ConfigPath} from '../../contract/config/configSchema.ts';
import {UserError} from '../../contract/errors.ts';
import {resolveBase} from './hubFetch.ts';
import {hasTextEncoder} from '../weights/hasTextEncoder.ts';

/** A setting of a config that does not fit the base model. */
export interface SettingProblem {
  readonly path: ConfigPath;
  readonly error: UserError;
}

/** Settings about texts in a config whose base model has no text encoder. A base that cannot be read is a problem of the base. */
export async function textProblems(value: unknown, folder: string): Promise<SettingProblem[]> {
  const base = childValue(value, 'base');
  const texts = textSettings.filter((path) => path.reduce<unknown>(childValue, value) !== undefined);
  if (typeof base !== 'string' || base === '' || texts.length === 0) return [];
  try {
    if (await hasTextEncoder(await resolveBase(base, folder))) return [];
  } catch (error) {
    if (error instanceof UserError) return [{path: ['base'], error}];
    throw error;
  }
  const message = 'The base model has no text encoder, so it is not conditioned on text.';
  return texts.map((path) => ({path, error: new UserError('prompts-unused', message)}));
}

const textSettings: readonly ConfigPath[] = [
  ['data', 'captions'],
  ['decouple', 'captionDropout'],
  ...[
    ['evaluate', 'sampling'],
    ['decouple', 'samples'],
    ['pretrain', 'samples'],
  ].flatMap((section) => ['prompts', 'negative', 'guidance', 'guidanceRescale'].map((key) => [...section, key])),
];
