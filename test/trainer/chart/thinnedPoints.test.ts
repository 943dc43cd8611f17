import {describe, expect, it} from 'vitest';
import {lineChart} from '../../../trainer/chart/lineChart.ts';
import {printColours} from '../../../trainer/chart/printColours.ts';
import {type Point, thinnedPoints} from '../../../trainer/chart/thinnedPoints.ts';
import {createRandom} from '../../../trainer/random.ts';

function noisy(count: number, width: number): Point[] {
  const random = createRandom(count, 'points');
  return Array.from({length: count}, (_, i): Point => [(width * i) / count, random.normal()]);
}

/** Of each column of pixels where the curve comes in, its lowest and highest value, and where it leaves. */
function seen(points: readonly Point[]) {
  const columns = new Map<number, number[]>();
  for (const [x, y] of points) columns.set(Math.floor(x), [...(columns.get(Math.floor(x)) ?? []), y]);
  return [...columns].map(([x, ys]) => [x, ys[0], Math.min(...ys), Math.max(...ys), ys.at(-1), ys.length <= 4]);
}

describe('a curve with more points than pixels', () => {
  it('is drawn by four of each column, and looks the same', () => {
    const points = noisy(20_000, 600.5);
    const kept = thinnedPoints(points);
    expect(kept.length).toBeLessThanOrEqual(4 * 601);
    const [before, after] = [seen(points), seen(kept)];
    expect(after).toEqual(before.map((column) => [...column.slice(0, -1), true]));
    expect(kept).toEqual(points.filter((point) => kept.includes(point)));
  });

  it('is left alone where it has no more', () => {
    for (const points of [[], noisy(1, 1), noisy(2000, 600)]) expect(thinnedPoints(points)).toEqual(points);
  });

  it('takes no more room than a picture, however long the training was', () => {
    const points = noisy(30_000, 1);
    const curve = {x: points.map(([x]) => x), y: points.map(([, y]) => y)};
    const line = {label: 'a', colour: '#000', dash: [], curve, raw: curve, dots: {x: [], y: []}};
    const axis = {label: 'x', min: 0, max: 1};
    const chart = {title: 't', x: axis, y: {...axis, min: -4, max: 4}, lines: [line]};
    expect(lineChart(chart, printColours).length).toBeLessThan(100_000);
  });
});
