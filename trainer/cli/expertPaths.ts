import {UserError} from '../contract/errors.ts';

/** Experts as options name them, each with its timesteps where those are given. Throws a UserError where only some are. */
export function expertPaths(
  experts: readonly string[],
  ranges: readonly (readonly [number, number])[] | undefined,
): {path: string; range?: readonly [number, number]}[] {
  if (ranges !== undefined && ranges.length !== experts.length) {
    const message = `${experts.length} experts need as many ranges or none, but ${ranges.length} are given.`;
    throw new UserError('merge-range', message);
  }
  return experts.map((path, i) => ({path, range: ranges?.[i]}));
}
