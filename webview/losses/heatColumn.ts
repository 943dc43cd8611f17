import {heatColumn, heatHead, heatSumColumn} from '../../trainer/contract/run/curveBins.ts';
import {byLossTerm, type LossTerm} from '../../trainer/contract/run/lossTerms.ts';

/** The mean losses of a stage over some updates, by timestep. */
export interface HeatColumn {
  /** The updates (from, to]. */
  readonly from: number;
  readonly to: number;
  /** [buckets] How many draws there were. */
  readonly count: Float64Array;
  /** [buckets] Mean loss of the draws; NaN: no draw, or a loss that was not finite. */
  readonly mean: Float64Array;
  /** [buckets] Logarithms of the means, as colours need them. */
  readonly logarithm: Float32Array;
  /** Smallest and largest positive mean; null without any. */
  readonly extent: readonly [low: number, high: number] | null;
}

const made = byLossTerm(() => new WeakMap<Float64Array, HeatColumn>());

/** The column of a heat map bin, made once: with a step only the last column of a map is another one. */
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
