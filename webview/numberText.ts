import {countText} from '../trainer/chart/tickText.ts';

/** Four significant digits for tables; a dash for a missing value. */
export function numberText(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-3 || size >= 1e6) return value.toExponential(3);
  return Number.isInteger(value) ? countText(value) : value.toPrecision(4);
}

/** A mean and its standard error. The error gets two digits: more would not be significant. */
export function estimateText({mean, standardError}: {mean: number; standardError: number}): string {
  const isTiny = standardError !== 0 && standardError < 1e-3;
  const error = isTiny ? standardError.toExponential(1) : standardError.toPrecision(2);
  return `${numberText(mean)} ± ${error}`;
}

export function percentText(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A share as a percentage with three significant digits. */
export function shareText(share: number | null | undefined): string {
  return share === null || share === undefined ? '–' : `${Number((100 * share).toPrecision(3))} %`;
}

/** Bytes in GB or MB, in powers of 1000 as trees and messages have them. */
export function bytesText(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;
}

export function stateText(state: string): string {
  return state === 'lost' ? 'lost (its process is gone)' : state === 'new' ? 'not started' : state;
}
