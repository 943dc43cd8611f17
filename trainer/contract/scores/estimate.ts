import * as z from 'zod';

/** A mean with its standard error. */
export const Estimate = z.strictObject({mean: z.number(), standardError: z.number()});
export type Estimate = z.infer<typeof Estimate>;

/** Mean of independent values and its standard error, s / sqrt(n) with s over n - 1. Needs at least two values. */
export function estimate(values: ArrayLike<number>): Estimate {
  const list = Array.from(values);
  if (list.length < 2) throw new Error(`a standard error needs at least 2 values, not ${list.length}`);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  const variance = list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (list.length - 1);
  return {mean, standardError: Math.sqrt(variance / list.length)};
}

/** A difference with its sign and standard error, `-1.20e-5 ± 3.0e-6`; `±0` between two models that are the same. */
export function differenceText({mean, standardError}: Estimate): string {
  if (mean === 0 && standardError === 0) return '±0';
  return `${mean < 0 ? '' : '+'}${mean.toExponential(2)} ± ${standardError.toExponential(1)}`;
}

/** Whether a difference says nothing: it is less than two standard errors, or its error is not known. */
export function isNoise({mean, standardError}: Estimate): boolean {
  return !(standardError > 0 && Math.abs(mean) >= 2 * standardError);
}

/** `lower (better) by 3.1 standard errors`, and whether that is noise; `the same` where there is no difference. */
export function directionText(difference: Estimate): string {
  const {mean, standardError} = difference;
  if (mean === 0) return 'the same';
  const direction = mean < 0 ? 'lower (better)' : 'higher (worse)';
  if (!(standardError > 0)) return `${direction}; its error is not known`;
  return `${direction} by ${(Math.abs(mean) / standardError).toFixed(1)} standard errors${isNoise(difference) ? ', which is within noise' : ''}`;
}

/** Whether an error is one of rounding, as of a mean of the same value many times over. */
export function isRounding(error: number, value: number): boolean {
  return !(error > 1e-9 * Math.abs(value));
}

/** A value with as many digits as two of its error allow, `152.3 ± 4.1`; with four where there is no error. */
export function measuredText(value: number, error?: number): string {
  const size = Math.max(Math.abs(value), error ?? 0);
  const isTiny = size > 0 && size < 1e-3;
  if (error === undefined || isRounding(error, value)) return isTiny ? value.toExponential(3) : plain(value);
  const last = Math.floor(Math.log10(error)) - 1;
  if (!isTiny) return `${value.toFixed(Math.max(0, -last))} ± ${error.toFixed(Math.max(0, -last))}`;
  const digits = value === 0 ? 1 : Math.floor(Math.log10(Math.abs(value))) - last;
  return `${value.toExponential(Math.min(20, Math.max(1, digits)))} ± ${error.toExponential(1)}`;
}

function plain(value: number): string {
  const size = Math.abs(value);
  return size >= 1000 ? value.toFixed(0) : value.toPrecision(4);
}
