import {childValue} from '../../trainer/contract/config/configSchema.ts';
import {UserError} from '../../trainer/contract/errors.ts';
import {trainingKeys} from '../../trainer/contract/model/schedulerSettings.ts';
import {resolveBase} from '../../trainer/store/hub/hubFetch.ts';
import {readSchedulerConfig} from '../../trainer/store/weights/modelConfigs.ts';

/** Training timesteps of the model that a config starts from (or pretrains); null where that cannot be read. `value`: the parsed config. */
export async function baseTimesteps(value: unknown, folder: string): Promise<number | null> {
  const pretrain = childValue(value, 'pretrain');
  if (pretrain !== undefined)
    return wholeNumber(childValue(childValue(pretrain, 'scheduler'), 'num_train_timesteps')) ?? 1000;
  const base = childValue(value, 'base');
  if (typeof base !== 'string') return null;
  try {
    const config = await readSchedulerConfig(await resolveBase(base, folder));
    return config && trainingKeys(config).num_train_timesteps;
  } catch (error) {
    if (error instanceof UserError) return null; // `baseProblem` says why.
    throw error;
  }
}

/** Whether a base may be the name of a model on the hub: `owner/name`. */
export function isHubName(base: unknown): base is string {
  return typeof base === 'string' && /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(base);
}

function wholeNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null;
}
