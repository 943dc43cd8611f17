import {heatBinLength, heatColumn, heatHead} from '../../trainer/contract/curveBins.ts';

export type HeatLoss = 'denoise' | 'consistency';

/** Mean losses of a stage by update and timestep. */
export interface HeatMap {
  readonly buckets: number;
  /** Updates (from, to] of each column. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** [columns, buckets] Mean loss of the draws; NaN: no draw, or a loss that was not finite. */
  readonly mean: Float64Array;
  /** [columns, buckets] */
  readonly count: Float64Array;
  /** Smallest and largest positive mean; null without any. */
  readonly extent: readonly [low: number, high: number] | null;
}

export function heatMapOf(bins: Float64Array, loss: HeatLoss): HeatMap {
  const buckets = bins[heatColumn.buckets] ?? 0;
  const length = heatBinLength(buckets);
  const columns = buckets === 0 ? 0 : bins.length / length;
  const map = {
    buckets,
    extent: null,
    from: new Float64Array(columns),
    to: new Float64Array(columns),
    mean: new Float64Array(columns * buckets),
    count: new Float64Array(columns * buckets),
  };
  const sums = heatHead + buckets * (loss === 'denoise' ? 1 : 2);
  for (let column = 0; column < columns; column++) {
    const start = column * length;
    map.from[column] = bins[start + heatColumn.from] ?? NaN;
    map.to[column] = bins[start + heatColumn.to] ?? NaN;
    for (let bucket = 0; bucket < buckets; bucket++) {
      const count = bins[start + heatHead + bucket] ?? 0;
      map.count[column * buckets + bucket] = count;
      map.mean[column * buckets + bucket] = count > 0 ? (bins[start + sums + bucket] ?? NaN) / count : NaN;
    }
  }
  return {...map, extent: positiveExtent(map.mean)};
}

/** Smallest and largest positive mean of all; the colours are logarithmic between them. Null without any. */
export function heatExtent(maps: readonly HeatMap[]): readonly [number, number] | null {
  const found = maps.flatMap(({extent}) => (extent === null ? [] : [extent]));
  if (found.length === 0) return null;
  return [Math.min(...found.map(([low]) => low)), Math.max(...found.map(([, high]) => high))];
}

function positiveExtent(values: Float64Array): readonly [number, number] | null {
  let low = Infinity;
  let high = 0;
  for (const value of values) {
    if (!(value > 0) || value === Infinity) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return high > 0 ? [low, high] : null;
}

/** Column whose updates hold this one; -1 if none does. */
export function columnAt({from, to}: HeatMap, update: number): number {
  return to.findIndex((end, i) => update <= end && update > (from[i] ?? NaN));
}

/** Where a loss that was not finite is shown. */
const notFinite = [255, 0, 255, 255] as const;
const nothing = [0, 0, 0, 0] as const;

/**
 * RGBA of `width` x buckets pixels: updates from left to right, timesteps from the bottom up. Cells without draws are transparent, those
 * whose loss was not finite magenta.
 */
export function heatPixels(
  map: HeatMap,
  width: number,
  range: readonly [number, number],
): Uint8ClampedArray<ArrayBuffer> {
  const {buckets, to, mean, count} = map;
  const pixels = new Uint8ClampedArray(width * buckets * 4);
  const last = to.at(-1) ?? 0;
  const span = Math.log(range[1] / range[0]) || 1;
  for (let x = 0; x < width; x++) {
    const column = columnAt(map, ((x + 0.5) / width) * last);
    if (column < 0) continue;
    for (let bucket = 0; bucket < buckets; bucket++) {
      const cell = column * buckets + bucket;
      const value = mean[cell] ?? NaN;
      const share = Math.log(Math.max(value, range[0]) / range[0]) / span;
      const colour = count[cell] === 0 ? nothing : Number.isFinite(value) ? viridis(share) : notFinite;
      pixels.set(colour, ((buckets - 1 - bucket) * width + x) * 4);
    }
  }
  return pixels;
}

/** Coefficients of t^0 … t^6 for red, green and blue: a fit to matplotlib's viridis by M. Zucker (public domain). */
const viridisFit: readonly (readonly [number, number, number])[] = [
  [0.2777273272234177, 0.005407344544966578, 0.3340998053353061],
  [0.1050930431085774, 1.404613529898575, 1.384590162594685],
  [-0.3308618287255563, 0.214847559468213, 0.09509516302823659],
  [-4.634230498983486, -5.799100973351585, -19.33244095627987],
  [6.228269936347081, 14.17993336680509, 56.69055260068105],
  [4.776384997670288, -13.74514537774601, -65.35303263337234],
  [-5.435455855934631, 4.645852612178535, 26.3124352495832],
];

/** The colour for a share from 0 to 1, as red, green, blue and opacity. Evenly lighter, so that it can be read without seeing colours. */
export function viridis(share: number): readonly [number, number, number, number] {
  const t = Math.min(1, Math.max(0, share));
  const channel = (i: 0 | 1 | 2) => 255 * viridisFit.reduceRight((sum, row) => sum * t + row[i], 0);
  return [channel(0), channel(1), channel(2), 255];
}
