import {describe, expect, it} from 'vitest';
import {type BarSeries, barChart} from '../../../trainer/chart/barChart.ts';
import {ink, palette} from '../../../trainer/chart/palette.ts';
import {colourRows, colourRuns, hasColour} from './colourRuns.ts';

const size = {width: 600, height: 400};
const text = {title: 'Difference', xLabel: 'timesteps', yLabel: 'in %'};
const groups = ['[0, 500)', '[500, 1000)'];
const {blue, orange} = palette;
/** Left of the legend. */
const right = 430;

describe('barChart', () => {
  it('draws bars as long as their values, up and down from zero', () => {
    const chart = draw([
      {name: 'a', bars: [bar(4), null]},
      {name: 'b', bars: [bar(-2), null]},
    ]);
    const [up, down] = [colourRows(chart, blue, right), colourRows(chart, orange, right)];
    expect(Math.abs(up.length - 2 * down.length)).toBeLessThanOrEqual(3);
    expect(Math.min(...down) - Math.max(...up)).toBe(3); // the zero line of two pixels between them
  });

  it('places the bars of a group side by side, and leaves a place free for a missing one', () => {
    const bars = [bar(1), bar(1)];
    const chart = draw([
      {name: 'a', bars},
      {name: 'b', bars: [null, bar(NaN)]},
      {name: 'c', bars},
    ]);
    const y = (colourRows(chart, blue, right)[0] ?? 0) + 5;
    const [first, second] = [blue, palette.green].map((colour) =>
      colourRuns(chart, y, colour).filter(([x]) => x < right),
    );
    expect(first?.map(([, width]) => width)).toEqual(second?.map(([, width]) => width));
    first?.forEach(([x, width], group) => expect((second?.[group]?.[0] ?? 0) - x).toBe(2 * (width + 2)));
    expect(first).toHaveLength(2);
    expect(colourRows(chart, orange, right)).toEqual([]);
  });

  it('draws error bars from value - error to value + error', () => {
    const chart = draw([
      {name: 'a', bars: [bar(4), null]},
      {name: 'b', bars: [{value: 4, error: 2}, null]},
    ]);
    const scale = colourRows(chart, blue, right).length / 4;
    const [[left = 0, width = 0] = []] = colourRuns(chart, Math.max(...colourRows(chart, orange, right)), orange);
    const x = Math.floor(left + width / 2);
    const rows = Array.from({length: size.height}, (_, y) => y).filter((y) => hasColour(chart, x, y, ink.title));
    expect(Math.abs(rows.length - 4 * scale)).toBeLessThanOrEqual(4);
    expect(Math.abs(Math.min(...rows) - (Math.min(...colourRows(chart, blue, right)) - 2 * scale))).toBeLessThanOrEqual(
      3,
    );
  });

  it('draws no error bar without an error', () => {
    const chart = draw([{name: 'a', bars: [bar(4), bar(3)]}]);
    expect(colourRows(chart, ink.title).filter((y) => y > 60)).toEqual([]);
  });

  it('makes the same bytes of the same data', () => {
    const series = [
      {
        name: 'a',
        bars: [
          {value: 1.3, error: 0.4},
          {value: -0.2, error: 0.1},
        ],
      },
    ];
    expect(Buffer.compare(draw(series).pixels, draw(series).pixels)).toBe(0);
    expect(draw(series)).toMatchObject({...size, channels: 3});
  });
});

function draw(series: readonly BarSeries[]) {
  return barChart({...text, ...size, groups, series});
}

function bar(value: number) {
  return {value, error: 0};
}
