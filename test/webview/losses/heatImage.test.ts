import {describe, expect, it} from 'vitest';
import type {RunEvent} from '../../../trainer/contract/run/events.ts';
import type {LossTerm} from '../../../trainer/contract/run/lossTerms.ts';
import {heatRow} from '../../../trainer/store/metrics/heatLayout.ts';
import {columnAt, heatExtent, heatMapOf, heatSpans, paintSpans} from '../../../webview/losses/heatImage.ts';
import {viridis} from '../../../webview/losses/viridis.ts';

type Buckets = Extract<RunEvent, {type: 'buckets'}>;
const column = (from: number, to: number, count: number[], denoise: (number | null)[]): Buckets => ({
  type: 'buckets',
  time: 0,
  stage: 'expert-0',
  from,
  to,
  count,
  losses: {denoise, consistency: denoise.map((sum) => (sum === null ? null : sum / 2))},
});

/** Two buckets over updates 1 to 10 and 11 to 40. */
const bins = [column(0, 10, [2, 0], [4, 0]), column(10, 40, [1, 4], [1, null])].map((buckets) =>
  Float64Array.from(heatRow(buckets)),
);

describe('a heat map', () => {
  const map = heatMapOf(bins, 'denoise');

  it('has the mean loss of the draws of each cell', () => {
    const means = (term: LossTerm) => heatMapOf(bins, term).columns.flatMap(({mean}) => [...mean]);
    expect(means('denoise')).toEqual([2, NaN, 1, NaN]);
    expect(means('consistency')).toEqual([1, NaN, 0.5, NaN]);
    expect(heatExtent([map])).toEqual([1, 2]);
    expect(heatExtent([heatMapOf([], 'denoise')])).toBeNull();
    // Rounding errors of a loss that starts at zero leave the colours to what comes later.
    expect(heatExtent([{extent: [2.9e-14, 2.9e-14]}, {extent: [3e-5, 0.01]}])).toEqual([1e-8, 0.01]);
  });

  it('finds the column of an update', () => {
    expect([0.5, 10, 10.5, 40, 41].map((update) => columnAt(map, update))).toEqual([0, 0, 1, 1, -1]);
  });

  it('draws columns as wide as their updates, low timesteps at the bottom', () => {
    const pixels = new Uint8ClampedArray(8 * 2 * 4);
    paintSpans(new Uint32Array(pixels.buffer), 8, heatSpans(map, 8, [1, 2]));
    const at = (x: number, y: number) => [...pixels.subarray((y * 8 + x) * 4, (y * 8 + x) * 4 + 4)];
    const rounded = (share: number) => [...Uint8ClampedArray.from(viridis(share))];
    expect([at(0, 1), at(1, 1)]).toEqual([rounded(1), rounded(1)]);
    expect([at(2, 1), at(7, 1)]).toEqual([rounded(0), rounded(0)]);
    expect(at(0, 0)).toEqual([0, 0, 0, 0]);
    expect(at(2, 0)).toEqual([255, 0, 255, 255]);
  });
});

describe('viridis', () => {
  it('has the colours of matplotlib within a few levels', () => {
    const reference = [
      [0, 68, 1, 84],
      [0.25, 59, 82, 139],
      [0.5, 33, 145, 140],
      [0.75, 94, 201, 98],
      [1, 253, 231, 37],
    ];
    for (const [share = 0, ...rgb] of reference) {
      viridis(share)
        .slice(0, 3)
        .forEach((value, i) => expect(Math.abs(value - (rgb[i] ?? 0))).toBeLessThan(6));
    }
  });
});
