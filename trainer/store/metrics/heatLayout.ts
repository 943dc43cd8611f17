import {heatColumn, heatHead} from '../../contract/run/curveBins.ts';
import type {RunEvent} from '../../contract/run/events.ts';
import {lossTermNames} from '../../contract/run/lossTerms.ts';
import type {PyramidLayout} from './pyramidLayout.ts';

type BucketsEvent = Extract<RunEvent, {type: 'buckets'}>;

/** Rows and bins of a heat map look the same: draws and, for each loss term, summed losses of each timestep bucket over some updates. */
export function heatLayout(buckets: number, terms: number = lossTermNames.length): PyramidLayout {
  const length = heatHead + (1 + terms) * buckets;
  return {rowLength: length, binLength: length, toBin: (row) => row, merge: (bins) => merge(bins, length)};
}

/** The row of a buckets event; a sum that is missing or not finite is NaN. */
export function heatRow({count, from, to, time, losses}: BucketsEvent): Float64Array {
  const sums = lossTermNames.flatMap((term) => count.map((_, bucket) => losses[term]?.[bucket] ?? NaN));
  return Float64Array.of(count.length, from, to, time, ...count, ...sums);
}

/** Sums add up, and one that is NaN stays so: the cell shows that the loss was not finite somewhere in it. */
function merge(bins: Float64Array, length: number): Float64Array {
  const merged = bins.slice(bins.length - length);
  merged[heatColumn.from] = bins[heatColumn.from] ?? NaN;
  for (let start = 0; start < bins.length - length; start += length) {
    for (let i = heatHead; i < length; i++) merged[i]! += bins[start + i] ?? NaN;
  }
  return merged;
}
