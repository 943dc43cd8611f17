import {describe, expect, it} from 'vitest';
import {lineChart, type LineSeries} from '../../../trainer/chart/lineChart.ts';
import {palette, seriesColour} from '../../../trainer/chart/palette.ts';
import {colourRows, colourRuns} from './colourRuns.ts';

const size = {width: 500, height: 320};
const text = {title: 'Loss', xLabel: 'update', yLabel: 'loss'};
const {blue, orange} = palette;

describe('lineChart', () => {
  it('leaves a gap for null, NaN and infinity', () => {
    for (const missing of [null, NaN, Infinity]) {
      const [before, after] = flatLine([1, 1, missing, 1, 1]);
      expect(after[0] - before[0]).toBe(3 * before[1]);
      expect(Math.abs(before[1] - after[1])).toBeLessThanOrEqual(2);
    }
  });

  it('leaves a gap for what is not positive on a log axis, where a linear one shows it', () => {
    const points = [1, 1, -1, 1, 1].map((y, x): [number, number] => [x, y]);
    const draw = (logY: boolean) => lineChart({...text, ...size, series: [{name: 'a', points}], logY});
    const lowest = (logY: boolean) => Math.max(...colourRows(draw(logY), blue, 350));
    expect(lowest(false)).toBeGreaterThan(lowest(true) + 50);
  });

  it('shows a point without neighbours as a dot', () => {
    const chart = lineChart({
      ...text,
      ...size,
      series: [
        {
          name: 'a',
          points: [
            [0, null],
            [1, 2],
            [2, null],
          ],
        },
      ],
    });
    expect(colourRows(chart, blue, 350).length).toBeGreaterThan(0);
  });

  it('gives the decades of a log axis the same height', () => {
    const series = [0.01, 0.1, 1].map((y, i): LineSeries => ({
      name: `s${i}`,
      points: [
        [0, y],
        [1, y],
      ],
    }));
    const chart = lineChart({...text, ...size, series, logY: true});
    const [low = 0, middle = 0, high = 0] = [0, 1, 2].map((i) => colourRows(chart, seriesColour(i), 350)[0]);
    expect(low).toBeGreaterThan(middle);
    expect(Math.abs(low - 2 * middle + high)).toBeLessThanOrEqual(1);
  });

  it('draws from end to end of a given x range', () => {
    const points = [
      [0, 1],
      [10, 1],
    ] as const;
    const whole = lengthOf({points}, {low: 0, high: 10});
    expect(lengthOf({points}, {low: 0, high: 20})).toBeCloseTo(whole / 2, -1);
    expect(lengthOf({points}, undefined)).toBe(whole);
  });

  it('keeps faint curves pale, behind the others and out of the legend', () => {
    const points = [
      [0, 1],
      [1, 1],
    ] as const;
    const clear: LineSeries = {name: 'clear', points, colour: blue};
    const faint: LineSeries = {name: 'faint', points, colour: orange, faint: true};
    const both = lineChart({...text, ...size, series: [clear, faint]});
    expect(colourRows(both, blue, 350)).toEqual(colourRows(lineChart({...text, ...size, series: [clear]}), blue, 350));
    expect(colourRows(both, orange)).toEqual([]);
    const behind = lineChart({...text, ...size, series: [faint]});
    expect(colourRows(behind, orange)).toEqual([]);
  });

  it('makes the same bytes of the same data, of the size asked for', () => {
    const points = Array.from({length: 200}, (_, x): [number, number] => [x, Math.exp(-x / 50) + (x % 7) / 20]);
    const draw = () => lineChart({...text, ...size, series: [{name: 'a', points}]});
    expect(Buffer.compare(draw().pixels, draw().pixels)).toBe(0);
    expect(draw()).toMatchObject({...size, channels: 3});
    expect(draw().pixels).toHaveLength(size.width * size.height * 3);
  });

  it('survives having nothing to show', () => {
    const empty = lineChart({...text, ...size, series: [{name: 'a', points: []}], logY: true});
    expect(colourRows(empty, blue, 350)).toEqual([]);
  });
});

/** The two pieces of a horizontal line over x = 0 to 4 with a gap. */
function flatLine(values: readonly (number | null)[]): [[number, number], [number, number]] {
  const chart = lineChart({...text, ...size, series: [{name: 'a', points: values.map((y, x) => [x, y])}]});
  const runs = colourRuns(chart, colourRows(chart, blue, 350)[0] ?? 0, blue);
  expect(runs).toHaveLength(2);
  return [runs[0] ?? [0, 0], runs[1] ?? [0, 0]];
}

function lengthOf(line: Pick<LineSeries, 'points'>, xRange: {low: number; high: number} | undefined): number {
  const chart = lineChart({...text, ...size, series: [{name: 'a', ...line}], ...(xRange && {xRange})});
  return colourRuns(chart, colourRows(chart, blue, 350)[0] ?? 0, blue)[0]?.[1] ?? 0;
}
