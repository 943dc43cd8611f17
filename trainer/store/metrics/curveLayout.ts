import {binColumn, binHead, curveSeries, noStatistics, rowHead} from '../../contract/run/curveBins.ts';
import type {RunEvent} from '../../contract/run/events.ts';
import type {PyramidLayout} from './pyramidLayout.ts';

type StepEvent = Extract<RunEvent, {type: 'step'}>;
const statistics = noStatistics.length;

/** Rows and bins of the curves of a stage with `series` series. */
export function curveLayout(series: number = curveSeries.length): PyramidLayout {
  const binLength = binHead + statistics * series;
  return {
    rowLength: rowHead + series,
    binLength,
    toBin: (row) => toBin(row, binLength),
    merge: (bins) => merge(bins, binLength),
  };
}

/** The row of a step; what is missing or not a finite number is NaN. */
export function curveRow({
  update,
  time,
  losses,
  gradientNorm,
  learningRate,
  secondsPerUpdate,
}: StepEvent): Float64Array {
  const values = {...losses, gradientNorm, learningRate, secondsPerUpdate};
  return Float64Array.of(update, time, ...curveSeries.map((series) => values[series] ?? NaN));
}

function toBin(row: Float64Array, binLength: number): Float64Array {
  const bin = new Float64Array(binLength);
  const [update = NaN, time = NaN, ...values] = row;
  bin.set([update, update, time, time, 1]);
  values.forEach((value, i) =>
    bin.set([value, value, value, Number.isFinite(value) ? 1 : 0], binHead + statistics * i),
  );
  return bin;
}

function merge(bins: Float64Array, binLength: number): Float64Array {
  const merged = new Float64Array(binLength);
  const last = bins.subarray(bins.length - binLength);
  merged[binColumn.firstUpdate] = bins[binColumn.firstUpdate] ?? NaN;
  merged[binColumn.lastUpdate] = last[binColumn.lastUpdate] ?? NaN;
  merged[binColumn.firstTime] = bins[binColumn.firstTime] ?? NaN;
  merged[binColumn.lastTime] = last[binColumn.lastTime] ?? NaN;
  for (let i = binColumn.steps; i < bins.length; i += binLength) merged[binColumn.steps]! += bins[i] ?? NaN;
  for (let column = binHead; column < binLength; column += statistics) mergeSeries(bins, column, merged);
  return merged;
}

/** Statistics over the finite values of all bins; `column` is that of the smallest value, the others follow it. */
function mergeSeries(bins: Float64Array, column: number, merged: Float64Array): void {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let finite = 0;
  for (let i = column; i < bins.length; i += merged.length) {
    const count = bins[i + 3] ?? 0;
    if (count === 0) continue;
    min = Math.min(min, bins[i] ?? NaN);
    max = Math.max(max, bins[i + 1] ?? NaN);
    sum += (bins[i + 2] ?? NaN) * count;
    finite += count;
  }
  merged.set(finite === 0 ? noStatistics : [min, max, sum / finite, finite], column);
}
