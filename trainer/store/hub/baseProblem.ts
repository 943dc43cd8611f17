import {childValue} from '../../contract/config/configSchema.ts';
import {UserError} from '../../contract/errors.ts';
import {resolveBase} from './hubFetch.ts';

/**
 * Why the base model of a config cannot be used; null where it is there, or none is named. `value` is what the text of the config holds,
 * which may have mistakes.
 */
export async function baseProblem(value: unknown, folder: string): Promise<UserError | null> {
  const base = childValue(value, 'base');
  if (typeof base !== 'string' || base === '') return null;
  try {
    await resolveBase(base, folder);
    return null;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
