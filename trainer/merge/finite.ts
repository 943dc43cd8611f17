import {UserError} from '../contract/errors.ts';

export type WeightsFormat = 'F32' | 'F16' | 'BF16';

/** Smallest magnitudes that round to infinity in each format. */
const overflow: Record<WeightsFormat, number> = {F32: Infinity, F16: 65520, BF16: 2 ** 128 - 2 ** 119};

/** Refuses values that are NaN or infinite, or would be once written in that format. */
export function checkFinite(name: string, values: Float32Array, format: WeightsFormat, where: string): void {
  const limit = overflow[format];
  const bad = values.findIndex((value) => !(Math.abs(value) < limit));
  if (bad < 0) return;
  const value = values[bad] ?? NaN;
  const merely = Number.isFinite(value);
  throw new UserError(
    'merge-not-finite',
    `${name} holds ${value} at element ${bad}${merely ? `, too large for ${format}` : ''}.`,
    {
      where,
      hint: merely ? 'Write F32 or take smaller weights.' : 'Check the inputs for NaN, or take smaller weights.',
    },
  );
}
