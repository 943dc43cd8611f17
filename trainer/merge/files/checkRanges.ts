import {UserError} from '../../contract/errors.ts';
import type {MergeInput} from './mergeInput.ts';

/**
 * Where all experts record their range, the ranges must tile [0, T) (in any order); a snapshot may have that of its expert. Without a scheduler config T is unknown and
 * only the gaps are checked.
 */
export function checkRanges(
  experts: readonly (Pick<MergeInput, 'label' | 'path' | 'range'> & Partial<Pick<MergeInput, 'record'>>)[],
  timesteps?: number,
): void {
  const isRepeated = ({record, range}: (typeof experts)[number], i: number) =>
    record?.role === 'snapshot' &&
    experts.some(
      (other, k) => k !== i && String(other.range) === String(range) && (k < i || other.record?.role !== 'snapshot'),
    );
  const distinct = experts.filter((expert, i) => !isRepeated(expert, i));
  const ranged = distinct.flatMap(({label, path, range}) =>
    range === null ? [] : [{label, path, low: range[0], high: range[1]}],
  );
  if (ranged.length < distinct.length) return;
  let covered = 0;
  for (const {label, path, low, high} of ranged.sort((a, b) => a.low - b.low)) {
    if (high <= low) throw rangeError(`${label} has the empty range [${low}, ${high}).`, path);
    if (low < covered)
      throw rangeError(
        `${label} has range [${low}, ${high}), but timesteps below ${covered} belong to another expert.`,
        path,
      );
    if (low > covered) throw rangeError(`No expert covers timesteps [${covered}, ${low}).`, path);
    covered = high;
  }
  if (timesteps === undefined || covered === timesteps) return;
  const message =
    covered < timesteps
      ? `No expert covers timesteps [${covered}, ${timesteps}).`
      : `Timesteps end at ${timesteps}, the ranges at ${covered}.`;
  throw rangeError(message, ranged.at(-1)?.path);
}

function rangeError(message: string, where: string | undefined): UserError {
  return new UserError('merge-range', message, {
    where,
    hint: 'Give one expert for each range; together they cover all timesteps once.',
  });
}
