import {dirname, resolve} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {parseConfig} from '../../contract/config/parseConfig.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {readConfigText} from '../../store/files/configText.ts';
import {resolveBase} from '../../store/hub/hubFetch.ts';

/**
 * Reads and checks a config file and finds its base model and its experts. Throws a UserError, with file, line and column where the
 * config is wrong.
 */
export async function resolveConfig(file: string): Promise<ResolvedConfig> {
  const config = parseConfig(await readConfigText(file), file);
  const folder = dirname(resolve(file));
  const baseFolder = config.base === undefined ? null : await resolveBase(config.base, folder);
  for (const {model} of config.experts ?? []) await requireExpert(resolve(folder, model));
  return {folder, baseFolder, config};
}

async function requireExpert(path: string): Promise<void> {
  if (await fileExists(path)) return;
  throw new UserError('model-missing', 'There is no such expert.', {
    where: path,
    hint: 'Give a diffusers folder or a weights file, relative to the config.',
  });
}
