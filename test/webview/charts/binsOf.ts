import {binLength, curveSeries, rowLength} from '../../../trainer/contract/run/curveBins.ts';
import {curveLayout} from '../../../trainer/store/metrics/curveLayout.ts';
import {mergeGroups} from '../../../trainer/store/metrics/pyramidLayout.ts';

const layout = curveLayout();

/** Bins of one step each with these denoising losses, from update 1 on; with `group` so many together. */
export function binsOf(losses: readonly number[], group = 1): Float64Array {
  const bins = new Float64Array(losses.length * binLength);
  losses.forEach((loss, i) => {
    const row = new Float64Array(rowLength).fill(1);
    row.set([i + 1, 1000 * i]);
    row[2 + curveSeries.indexOf('denoise')] = loss;
    bins.set(layout.toBin(row), i * binLength);
  });
  return mergeGroups(layout, bins, group);
}
