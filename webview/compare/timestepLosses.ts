import {byLossTerm, type LossTerm} from '../../trainer/contract/run/lossTerms.ts';
import {heatColumnOf} from '../losses/heatColumn.ts';
import type {HeatBins} from '../state.ts';

/** Mean losses by timestep over the last part of a training. */
export interface TimestepLosses {
  /** The updates (from, to]. */
  readonly from: number;
  readonly to: number;
  /** [buckets] NaN: no draws. */
  readonly mean: readonly number[];
}

/** Columns of a heat map that a comparison asks for, of which it shows the last two: the last alone may have just begun. */
export const timestepColumns = 8;
const lastColumns = 2;

const made = byLossTerm(() => new WeakMap<HeatBins, TimestepLosses | null>());

/** Null where nothing has been logged by timestep. The same object for the same bins. */
export function timestepLosses(bins: HeatBins | undefined, term: LossTerm): TimestepLosses | null {
  if (bins === undefined) return null;
  const known = made[term].get(bins);
  if (known !== undefined) return known;
  const losses = lastLosses(bins, term);
  made[term].set(bins, losses);
  return losses;
}

function lastLosses(bins: HeatBins, term: LossTerm): TimestepLosses | null {
  const columns = bins.slice(-lastColumns).map((bin) => heatColumnOf(bin, term));
  const [first, last] = [columns[0], columns.at(-1)];
  if (first === undefined || last === undefined) return null;
  const mean = Array.from(first.count, (_, bucket) => {
    let [sum, draws] = [0, 0];
    for (const column of columns) {
      const drawn = column.count[bucket] ?? 0;
      if (drawn === 0) continue;
      sum += drawn * (column.mean[bucket] ?? NaN);
      draws += drawn;
    }
    return sum / draws;
  });
  return {from: first.from, to: last.to, mean};
}
