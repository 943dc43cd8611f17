import {binColumn, binLength, seriesColumn, type CurveSeries} from '../../trainer/contract/curveBins.ts';

/** How the bins of a curve become points. */
export interface PointOptions {
  readonly series: CurveSeries;
  /** Of the moving average, for one step; 0 shows the means of the bins themselves. */
  readonly decay: number;
  readonly logX: boolean;
  readonly logY: boolean;
}

/** A curve as it is drawn. NaN breaks a line. */
export interface CurvePoints {
  /** The smoothed line, one point for each bin. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** The line behind it: smallest and largest value of each bin, and a break after a bin with a gap. */
  readonly rawX: Float64Array;
  readonly rawY: Float64Array;
  /** Points of the raw line that a logarithmic axis cannot show. */
  readonly hidden: number;
}

/**
 * The points of one series of a curve. `lead` bins come before the range: they only start the moving average, so that the curve does
 * not depend on where one looks from.
 */
export function curvePoints(bins: Float64Array, lead: number, options: PointOptions): CurvePoints {
  const count = bins.length / binLength - lead;
  const smooth = smoothedBins(bins, options).subarray(lead);
  const x = new Float64Array(count);
  const rawX = new Float64Array(3 * count);
  const rawY = new Float64Array(3 * count);
  let hidden = 0;
  for (let i = 0; i < count; i++) {
    const at = (lead + i) * binLength;
    const first = bins[at + binColumn.firstUpdate] ?? NaN;
    const last = bins[at + binColumn.lastUpdate] ?? NaN;
    x[i] = shownX((first + last) / 2, options);
    const low = bins[at + seriesColumn(options.series, 'min')] ?? NaN;
    const high = bins[at + seriesColumn(options.series, 'max')] ?? NaN;
    const hasGap = (bins[at + seriesColumn(options.series, 'finite')] ?? 0) < (bins[at + binColumn.steps] ?? 0);
    if (options.logY) hidden += Number(low <= 0) + Number(high <= 0);
    rawX.set(
      [first, last, last].map((value) => shownX(value, options)),
      3 * i,
    );
    rawY.set([shownY(low, options), shownY(high, options), hasGap ? NaN : shownY(high, options)], 3 * i);
  }
  return {x, y: smooth, rawX, rawY, hidden};
}

/**
 * Exponential moving average with the bias correction of Adam (Kingma & Ba 2015, section 3): the first values count as a plain mean
 * instead of being pulled to zero. A bin of n steps counts as n steps that all have its mean. On a logarithmic axis the average is that
 * of the logarithms, so that single high values do not lift the line. A gap stays a gap and does not touch the average.
 */
function smoothedBins(bins: Float64Array, {series, decay, logY}: PointOptions): Float64Array {
  const count = bins.length / binLength;
  const smoothed = new Float64Array(count);
  let average = 0;
  let weight = 0;
  for (let i = 0; i < count; i++) {
    const mean = bins[i * binLength + seriesColumn(series, 'mean')] ?? NaN;
    const steps = bins[i * binLength + seriesColumn(series, 'finite')] ?? 0;
    const value = logY ? Math.log(mean > 0 ? mean : NaN) : mean;
    const kept = decay ** steps;
    if (Number.isFinite(value)) {
      average = kept * average + (1 - kept) * value;
      weight = kept * weight + (1 - kept);
    }
    const shown = Number.isFinite(value) ? average / weight : NaN;
    // Without smoothing it is the mean itself, which the way over its logarithm would round.
    smoothed[i] = decay === 0 && Number.isFinite(value) ? mean : logY ? Math.exp(shown) : shown;
  }
  return smoothed;
}

function shownX(update: number, {logX}: PointOptions): number {
  return logX && update <= 0 ? NaN : update;
}

function shownY(value: number, {logY}: PointOptions): number {
  return logY && value <= 0 ? NaN : value;
}
