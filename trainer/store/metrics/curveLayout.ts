import {binColumn, binLength, curveSeries, rowLength, seriesColumn} from '../../contract/run/curveBins.ts';
import type {RunEvent} from '../../contract/run/events.ts';
import type {PyramidLayout} from './pyramidLayout.ts';

type StepEvent = Extract<RunEvent, {type: 'step'}>;

/** Rows and bins of the curves of a stage. */
export const curveLayout: PyramidLayout = {rowLength, binLength, toBin, merge};

/** The row of a step; what is not a finite number is NaN. */
export function curveRow(event: StepEvent): Float64Array {
  return Float64Array.of(event.update, event.time, ...curveSeries.map((series) => event[series] ?? NaN));
}

function toBin(row: Float64Array): Float64Array {
  const bin = new Float64Array(binLength);
  const [update = NaN, time = NaN] = row;
  bin.set([update, update, time, time, 1]);
  curveSeries.forEach((series, i) => {
    const value = row[2 + i] ?? NaN;
    bin.set([value, value, value, Number.isFinite(value) ? 1 : 0], seriesColumn(series, 'min'));
  });
  return bin;
}

function merge(bins: Float64Array): Float64Array {
  const merged = new Float64Array(binLength);
  const last = bins.subarray(bins.length - binLength);
  merged[binColumn.firstUpdate] = bins[binColumn.firstUpdate] ?? NaN;
  merged[binColumn.lastUpdate] = last[binColumn.lastUpdate] ?? NaN;
  merged[binColumn.firstTime] = bins[binColumn.firstTime] ?? NaN;
  merged[binColumn.lastTime] = last[binColumn.lastTime] ?? NaN;
  for (let i = binColumn.steps; i < bins.length; i += binLength) merged[binColumn.steps]! += bins[i] ?? NaN;
  for (const series of curveSeries) mergeSeries(bins, seriesColumn(series, 'min'), merged);
  return merged;
}

/** Statistics over the finite values of all bins; `column` is that of the smallest value, the others follow it. */
function mergeSeries(bins: Float64Array, column: number, merged: Float64Array): void {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let finite = 0;
  for (let i = column; i < bins.length; i += binLength) {
    const count = bins[i + 3] ?? 0;
    if (count === 0) continue;
    min = Math.min(min, bins[i] ?? NaN);
    max = Math.max(max, bins[i + 1] ?? NaN);
    sum += (bins[i + 2] ?? NaN) * count;
    finite += count;
  }
  merged.set(finite === 0 ? [NaN, NaN, NaN, 0] : [min, max, sum / finite, finite], column);
}
