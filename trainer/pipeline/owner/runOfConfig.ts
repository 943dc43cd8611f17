import {resolve} from 'node:path';
import type {DemeConfig, EngineChoice} from '../../contract/config/config.ts';
import {UserError} from '../../contract/errors.ts';
import {listRuns, type RunFolder} from '../../store/run/runFolder.ts';
import {isOfSameSettings} from './findReusableRun.ts';
import {resolveConfig} from './resolveConfig.ts';
import {createRunOf} from './startRun.ts';

export interface ConfigMeasurement {
  readonly engine?: EngineChoice;
  /** As in `Gradient conflict`. */
  readonly what: string;
  /** Whether it can be measured for a config. */
  fits(config: DemeConfig): boolean;
}

/**
 * The run that keeps what is measured for a config: the newest of the same settings, else a new one in which nothing is done yet. Throws
 * UserErrors.
 */
export async function runOfConfig(configFile: string, {engine, what, fits}: ConfigMeasurement): Promise<RunFolder> {
  const resolved = await resolveConfig(configFile);
  const {config, folder} = resolved;
  if (!fits(config)) {
    const text = `${what} cannot be measured for this config: it needs a base and data.`;
    throw new UserError('measurement-impossible', text, {where: configFile});
  }
  const runs = await listRuns(resolve(folder, config.output), () => undefined);
  for (const run of runs.reverse()) if (await isOfSameSettings(run, {configFile, resolved})) return run;
  const named = {...resolved, config: {...config, engine: {...config.engine, ...(engine && {name: engine})}}};
  return createRunOf(configFile, named, [], () => undefined);
}
