import {dirname, resolve} from 'node:path';
import type {DemeConfig} from '../../contract/config/config.ts';
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
  return resolvedAt(file, parseConfig(await readConfigText(file), file));
}

/** The same of a config that is parsed already, as if it stood in `file`. */
export async function resolvedAt(file: string, config: DemeConfig): Promise<ResolvedConfig> {
  const folder = dirname(resolve(file));
  const baseFolder = config.base === undefined ? null : await resolveBase(config.base, folder);
  const [missing] = [...(await missingExperts(config, folder)), ...(await missingStarts(config, folder))];
  if (missing) throw missing;
  return {folder, baseFolder, config};
}

/** An error for each expert of a config that is not there. */
export async function missingExperts({experts = []}: DemeConfig, folder: string): Promise<UserError[]> {
  const paths = experts.map(({model}) => resolve(folder, model));
  const there = await Promise.all(paths.map(fileExists));
  const hint = 'Give a diffusers folder or a weights file, relative to the config.';
  return paths
    .filter((_, i) => !there[i])
    .map((where) => new UserError('model-missing', 'There is no such expert.', {where, hint}));
}

/** An error for each start of an expert that is not there. */
export async function missingStarts({decouple}: DemeConfig, folder: string): Promise<UserError[]> {
  const paths = (decouple?.start ?? []).flatMap((path) => (path === null ? [] : [resolve(folder, path)]));
  const there = await Promise.all(paths.map(fileExists));
  const hint = 'The checkpoint may have made room for newer ones. Give decouple.start another, or null for the base.';
  return paths
    .filter((_, i) => !there[i])
    .map(
      (where) => new UserError('start-missing', 'There is nothing here for an expert to start from.', {where, hint}),
    );
}
