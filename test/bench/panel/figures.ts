import {availableParallelism, loadavg} from 'node:os';
import {markdownTable} from '../markdownTable.ts';
import {median} from '../median.ts';

/** What was measured several times, and what nine of ten values must stay under. */
export interface Figure {
  readonly what: string;
  readonly values: readonly number[];
  readonly limit: number;
  readonly unit: 'ms' | 'MB';
}

/** The figures beside their limits, and whether all are under. */
export function figureTable(figures: readonly Figure[]): {readonly text: string; readonly isUnder: boolean} {
  const rows = figures.map(({what, values, limit, unit}) => {
    const most = nineOfTen(values);
    const number = (value: number) => `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`;
    const shown = [median(values), most, Math.max(...values), limit].map(number);
    return [what, ...shown, most < limit ? 'yes' : 'NO'];
  });
  const head = ['figure', 'median', '9 of 10', 'largest', 'limit', 'under'];
  return {
    text: `${machineText()}\n${markdownTable(head, rows)}\n`,
    isUnder: figures.every(({values, limit}) => nineOfTen(values) < limit),
  };
}

export function machineText(): string {
  return `${availableParallelism()} cores, load average ${loadavg()[0]?.toFixed(1)}`;
}

/** The value that nine of ten do not exceed: one of thirty pays for a garbage collection of the whole page. */
export function nineOfTen(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(0.9 * sorted.length) - 1] ?? NaN;
}
