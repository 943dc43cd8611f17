import {readFile} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import {UserError} from '../contract/errors.ts';
import {parseConfig} from '../contract/parseConfig.ts';
import type {ResolvedConfig} from '../contract/pipeline.ts';
import {resolveBase} from '../store/hubFetch.ts';

/** Reads and checks a config file and finds its base model. Throws a UserError with file, line and column. */
export async function resolveConfig(file: string): Promise<ResolvedConfig> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UserError('config-missing', 'The config file cannot be read.', {
      where: file,
      hint: 'Check the path.',
      cause,
    });
  });
  const config = parseConfig(text, file);
  const folder = dirname(resolve(file));
  const baseFolder = config.base === undefined ? null : await resolveBase(config.base, folder);
  return {folder, baseFolder, config};
}
