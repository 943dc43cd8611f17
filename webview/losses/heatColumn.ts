import {heatColumn, heatHead, heatSumColumn} from '../../trainer/contract/run/curveBins.ts';
import {byLossTerm, type LossTerm} from '../../trainer/contract/run/lossTerms.ts';

/** Mean losses by timestep over a range of updates. */
export interface HeatColumn {
  /** The updates (from, to]. */
  readonly from: number;
  readonly to: number;
  /** [buckets] Number of draws. */
  readonly count: Float64Array;
  /** [buckets] Mean loss; NaN: no draws, or a loss that was not finite. */
  readonly mean: Float64Array;
  /** [buckets] Logarithms of the means, on which the colours are based. */
  readonly logarithm: Float32Array;
  /** Smallest and largest positive mean; null if there are none. */
  readonly extent: readonly [low: number, high: number] | null;
}

const made = byLossTerm(() => new WeakMap<Float64Array, HeatColumn>());

/** The column of a heat map bin, cached: a training step changes only the last column of a map. */
export function heatColumnOf(bin: Float64Array, term: LossTerm): HeatColumn {
  const known = made[term].get(bin);
  if (known !== undefined) return known;
  const column = makeColumn(bin, term);
  made[term].set(bin, column);
  return column;
}

function makeColumn(bin: Float64Array, term: LossTerm): HeatColumn {
  const buckets = bin[heatColumn.buckets] ?? 0;
  const count = bin.subarray(heatHead, heatHead + buckets);
  const sums = bin.subarray(heatSumColumn(term, buckets));
  const mean = count.map((draws, bucket) => (draws > 0 ? (sums[bucket] ?? NaN) / draws : NaN));
  const [from, to] = [bin[heatColumn.from] ?? NaN, bin[heatColumn.to] ?? NaN];
  return {from, to, count, mean, logarithm: Float32Array.from(mean, Math.log), extent: positiveExtent(mean)};
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
