import {UserError} from '../../contract/errors.ts';

export type WeightsFormat = 'F32' | 'F16' | 'BF16';

/** Smallest magnitudes that round to infinity in each format. */
export const overflow: Readonly<Record<WeightsFormat, number>> = {F32: Infinity, F16: 65520, BF16: 2 ** 128 - 2 ** 119};

/** Refuses a value that is NaN or infinite, or would be once written in that format. */
export function notFiniteError(
  name: string,
  value: number,
  element: number,
  format: WeightsFormat,
  where: string,
): UserError {
  const merely = Number.isFinite(value);
  const message = `${name} holds ${value} at element ${element}${merely ? `, too large for ${format}` : ''}.`;
  return new UserError('merge-not-finite', message, {
    where,
    hint: merely ? 'Write F32 or take smaller weights.' : 'Check the inputs for NaN, or take smaller weights.',
  });
}
