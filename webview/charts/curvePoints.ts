import {binColumn, binLength, seriesColumn, type CurveSeries} from '../../trainer/contract/run/curveBins.ts';
import {xPlace, type XScale} from './xAxis.ts';

/** How bins are turned into points. */
export interface PointOptions {
  readonly series: CurveSeries;
  /** Decay of the moving average per step; 0: no smoothing. */
  readonly decay: number;
  readonly logX: boolean;
  readonly logY: boolean;
  /** Left out: the x axis shows updates. */
  readonly scale?: XScale;
}

/** A curve as it is drawn. NaN breaks the line. */
export interface CurvePoints {
  /** [2 x bins] First and last update of each bin; all other places are in the unit of the x axis. */
  readonly updates: Float64Array;
  /** [bins] The smoothed line. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** [3 x bins] The raw line: smallest and largest value of each bin, then NaN if the bin has a gap, else the largest again. */
  readonly rawX: Float64Array;
  readonly rawY: Float64Array;
  /** Points of the smoothed line without neighbours, which are drawn as dots. */
  readonly dotX: Float64Array;
  readonly dotY: Float64Array;
  /** Places of the bins that contain values at or below 0; empty on a linear axis. */
  readonly below: Float64Array;
}

/**
 * The points of one series. The first `lead` bins lie before the range: they only warm up the moving average, so that the curve does not
 * depend on the zoom.
 */
export function curvePoints(bins: Float64Array, lead: number, options: PointOptions): CurvePoints {
  const {series, logX, logY, scale = {kind: 'update'}} = options;
  const count = bins.length / binLength - lead;
  const y = smoothedBins(bins, options).subarray(lead);
  const [x, rawX, rawY] = [new Float64Array(count), new Float64Array(3 * count), new Float64Array(3 * count)];
  const updates = new Float64Array(2 * count);
  const [min, max] = [seriesColumn(series, 'min'), seriesColumn(series, 'max')];
  const finite = seriesColumn(series, 'finite');
  const below: number[] = [];
  const dots: number[] = [];
  for (let i = 0, at = lead * binLength; i < count; i++, at += binLength) {
    const [firstUpdate, lastUpdate] = [bins[at + binColumn.firstUpdate] ?? NaN, bins[at + binColumn.lastUpdate] ?? NaN];
    const first = xPlace(scale, firstUpdate, bins[at + binColumn.firstTime] ?? NaN);
    const last = xPlace(scale, lastUpdate, bins[at + binColumn.lastTime] ?? NaN);
    const low = bins[at + min] ?? NaN;
    const high = bins[at + max] ?? NaN;
    const hasGap = (bins[at + finite] ?? 0) < (bins[at + binColumn.steps] ?? 0);
    updates[2 * i] = firstUpdate;
    updates[2 * i + 1] = lastUpdate;
    x[i] = shown((first + last) / 2, logX);
    if (logY && low <= 0) below.push(x[i] ?? NaN);
    if (Number.isFinite(y[i]) && !Number.isFinite(y[i - 1]) && !Number.isFinite(y[i + 1])) dots.push(i);
    rawX[3 * i] = shown(first, logX);
    rawX[3 * i + 1] = rawX[3 * i + 2] = shown(last, logX);
    rawY[3 * i] = shown(low, logY);
    rawY[3 * i + 1] = shown(high, logY);
    rawY[3 * i + 2] = hasGap ? NaN : shown(high, logY);
  }
  const dotsOf = (values: Float64Array) => Float64Array.from(dots, (i) => values[i] ?? NaN);
  return {updates, x, y, rawX, rawY, dotX: dotsOf(x), dotY: dotsOf(y), below: Float64Array.from(below)};
}

/**
 * Exponential moving average with the bias correction of Adam (Kingma & Ba 2015, section 3), without which the first values would be
 * pulled towards zero. A bin of n steps counts as n steps with its mean. On a logarithmic axis logarithms are averaged, so that single
 * high values do not lift the line. A gap stays a gap and does not affect the average.
 */
function smoothedBins(bins: Float64Array, {series, decay, logY}: PointOptions): Float64Array {
  const count = bins.length / binLength;
  const smoothed = new Float64Array(count);
  const [meanColumn, finiteColumn] = [seriesColumn(series, 'mean'), seriesColumn(series, 'finite')];
  let average = 0;
  let weight = 0;
  let [keptSteps, kept] = [0, 1];
  for (let i = 0; i < count; i++) {
    const mean = bins[i * binLength + meanColumn] ?? NaN;
    const steps = bins[i * binLength + finiteColumn] ?? 0;
    const value = logY ? Math.log(mean > 0 ? mean : NaN) : mean;
    // Most bins have as many steps as the one before, so the power is rarely computed.
    if (steps !== keptSteps) [keptSteps, kept] = [steps, decay ** steps];
    if (Number.isFinite(value)) {
      average = kept * average + (1 - kept) * value;
      weight = kept * weight + (1 - kept);
    }
    const corrected = Number.isFinite(value) ? average / weight : NaN;
    // Without smoothing: the exact mean, which exp(log(mean)) would round.
    smoothed[i] = decay === 0 && Number.isFinite(value) ? mean : logY ? Math.exp(corrected) : corrected;
  }
  return smoothed;
}

/** NaN for what a logarithmic axis cannot show. */
function shown(value: number, logarithmic: boolean): number {
  return logarithmic && value <= 0 ? NaN : value;
}
