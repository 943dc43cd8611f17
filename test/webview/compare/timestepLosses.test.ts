import {describe, expect, it} from 'vitest';
import {heatBinLength, heatColumn, heatHead, heatSumColumn} from '../../../trainer/contract/run/curveBins.ts';
import {timestepLosses} from '../../../webview/compare/timestepLosses.ts';

/** A column of a heat map with these draws and mean denoising losses. */
function column(from: number, to: number, count: readonly number[], mean: readonly number[]): Float64Array {
  const bin = new Float64Array(heatBinLength(count.length));
  bin[heatColumn.buckets] = count.length;
  bin[heatColumn.from] = from;
  bin[heatColumn.to] = to;
  bin.set(count, heatHead);
  const sums = count.map((draws, bucket) => draws * (mean[bucket] ?? 0));
  bin.set(sums, heatSumColumn('denoise', count.length));
  bin.set(
    sums.map((sum) => 10 * sum),
    heatSumColumn('consistency', count.length),
  );
  return bin;
}

describe('losses by timestep of a comparison', () => {
  const bins = [
    column(0, 100, [9, 9, 9], [50, 50, 50]),
    column(100, 200, [1, 2, 0], [4, 1, 0]),
    column(200, 210, [3, 0, 0], [8, 0, 0]),
  ];

  it('are means over all draws of the last updates, without those of long ago', () => {
    expect(timestepLosses(bins, 'denoise')).toEqual({from: 100, to: 210, mean: [(4 + 3 * 8) / 4, 1, NaN]});
    expect(timestepLosses(bins, 'consistency')?.mean[0]).toBe(70);
    expect(timestepLosses(bins.slice(0, 1), 'denoise')).toEqual({from: 0, to: 100, mean: [50, 50, 50]});
  });

  it('are made once for the same bins, and none where nothing was logged', () => {
    expect(timestepLosses(bins, 'denoise')).toBe(timestepLosses(bins, 'denoise'));
    expect(timestepLosses([], 'denoise')).toBeNull();
    expect(timestepLosses(undefined, 'denoise')).toBeNull();
  });
});
