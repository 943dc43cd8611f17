import {linearTicks, logTickLabels, logTicks, tickLabels} from './ticks.ts';

/** One axis of a chart. */
export interface Axis {
  readonly ticks: readonly {readonly value: number; readonly label: string}[];
  /** Where a value lies: 0 at the low end, 1 at the high end. Null for what cannot be shown: NaN, or nothing positive on a log axis. */
  place(value: number | null): number | null;
}

export interface AxisRange {
  readonly low: number;
  readonly high: number;
}

/** An axis over just this range, with at most `most` ticks. */
export function linearAxis(range: AxisRange, most: number): Axis {
  const {low, high} = range;
  const ticks = linearTicks(low, high, most);
  return {
    ticks: withLabels(ticks, tickLabels(ticks)),
    place: (value) => (value === null || !Number.isFinite(value) ? null : (value - low) / (high - low)),
  };
}

/** A logarithmic axis over just this range, which is above zero. */
export function logAxis({low, high}: AxisRange, most: number): Axis {
  const ticks = logTicks(low, high, most);
  const share = (value: number) => Math.log(value / low) / Math.log(high / low);
  return {
    ticks: withLabels(ticks, logTickLabels(ticks)),
    place: (value) => (value === null || !Number.isFinite(value) || value <= 0 ? null : share(value)),
  };
}

/** Smallest and largest of the values that can be shown, never the same number; [0, 1], or [0.1, 1] for a log axis, without any. */
export function rangeOf(values: Iterable<number | null>, scale: 'linear' | 'log' = 'linear'): AxisRange {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null || !Number.isFinite(value) || (scale === 'log' && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return {low: scale === 'log' ? 0.1 : 0, high: 1};
  if (low < high) return {low, high};
  const around = Math.abs(low) / 2 || 1;
  return {low: low - around, high: high + around};
}

/** The range with `share` of its length more at both ends. */
export function withMargin({low, high}: AxisRange, share: number, scale: 'linear' | 'log' = 'linear'): AxisRange {
  if (scale === 'linear') return {low: low - share * (high - low), high: high + share * (high - low)};
  const factor = Math.exp(share * Math.log(high / low));
  return {low: low / factor, high: high * factor};
}

function withLabels(values: readonly number[], labels: readonly string[]): Axis['ticks'] {
  return values.map((value, i) => ({value, label: labels[i] ?? ''}));
}
