import {join} from 'node:path';
import {binColumn, binLength, heatBinLength, heatColumn} from '../../trainer/contract/run/curveBins.ts';
import type {CurveChange, HeatMapChange, Watch} from '../../trainer/contract/panel/panel.ts';
import {stagesWithMetrics} from '../../trainer/store/metrics/metricsFolders.ts';
import {readCurve, readHeatMap} from '../../trainer/store/metrics/metricsReader.ts';

type CurveWatch = NonNullable<Watch['curves']>;
type HeatMapWatch = NonNullable<Watch['heatMaps']>;

/**
 * Reads the curves and heat maps that the page watches and gives only what differs from what it has. Bins do not move when steps are
 * appended, so that is their end.
 */
export class CurveFeed {
  readonly #sent = new Map<string, Float64Array>();
  /** Forgets what the page has, so that it gets all of it again. */
  reset(): void {
    this.#sent.clear();
  }

  async curves(run: string, {range, points, logarithmic}: CurveWatch): Promise<CurveChange[]> {
    const changes: CurveChange[] = [];
    const wanted = {from: range?.from ?? null, to: range?.to ?? null, points, logarithmic};
    const stages = await stagesWithMetrics(run);
    const curves = await Promise.all(stages.map((stage) => readCurve(run, stage, wanted)));
    for (const [i, stage] of stages.entries()) {
      const curve = curves[i] ?? null;
      if (curve === null) continue;
      const {bins, ...counts} = curve;
      const key = join(run, stage, `curve ${JSON.stringify(wanted)} ${counts.lead}`);
      const change = this.#change(key, bins, binLength, [binColumn.lastUpdate, binColumn.steps, binColumn.lastTime]);
      if (change !== null) changes.push({run, stage, ...change, ...counts});
    }
    return changes;
  }

  async heatMaps(run: string, {points}: HeatMapWatch): Promise<HeatMapChange[]> {
    const changes: HeatMapChange[] = [];
    for (const stage of await stagesWithMetrics(run)) {
      const bins = await readHeatMap(run, stage, points);
      if (bins === null) continue;
      const length = heatBinLength(bins[heatColumn.buckets] ?? 0);
      const key = join(run, stage, `heat ${points}`);
      const change = this.#change(key, bins, length, [heatColumn.from, heatColumn.to, heatColumn.time]);
      if (change !== null) changes.push({run, stage, ...change});
    }
    return changes;
  }

  /** The bins from the first on that the page does not have; null when it has all. */
  #change(
    key: string,
    bins: Float64Array,
    length: number,
    columns: readonly number[],
  ): {at: number; bins: Float64Array} | null {
    const sent = this.#sent.get(key);
    this.#sent.set(key, bins);
    const at = sent === undefined ? 0 : commonBins(sent, bins, length, columns);
    if (sent !== undefined && at * length === bins.length && sent.length === bins.length) return null;
    return {at, bins: bins.slice(at * length)};
  }
}

/** Bins at the start that are the same in both, compared by the columns that no two different bins share. */
function commonBins(a: Float64Array, b: Float64Array, length: number, columns: readonly number[]): number {
  const most = Math.min(a.length, b.length) / length;
  let same = 0;
  while (same < most && columns.every((column) => a[same * length + column] === b[same * length + column])) same++;
  return same;
}
