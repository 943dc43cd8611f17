import {describe, expect, it} from 'vitest';
import {barChart, type BarSeries} from '../../../trainer/chart/barChart.ts';
import {printColours} from '../../../trainer/chart/printColours.ts';
import {legendOf, textsOf, tickHeight} from './svgText.ts';

const groups = ['[0, 500)', '[500, 1000)'];
const colours = ['#0072b2', '#e69f00', '#009e73'];
const bar = (value: number, error = 0) => ({value, error});

function draw(...bars: BarSeries['bars'][]): string {
  const series = bars.map((own, i) => ({name: `s${i}`, colour: colours[i] ?? '', bars: own}));
  return barChart({title: 'Difference', xLabel: 'timesteps', yLabel: 'in %', groups, series}, printColours);
}

/** Bars of a colour as numbers, but those of the legend. */
function barsOf(svg: string, colour = '#0072b2') {
  const found = svg.matchAll(
    new RegExp(`<rect x="([\\d.]+)" y="([\\d.]+)" width="([\\d.]+)" height="([\\d.]+)" fill="${colour}"`, 'g'),
  );
  return [...found].map((match) => {
    const [x = 0, y = 0, width = 0, height = 0] = match.slice(1).map(Number);
    return {x, y, width, height};
  });
}

describe('barChart', () => {
  it('draws bars from zero to their values, up and down', () => {
    const svg = draw([bar(4), bar(-2)]);
    const [up, down] = barsOf(svg);
    const zero = tickHeight(svg, '0');
    expect([up?.y, (up?.y ?? 0) + (up?.height ?? 0)].map((y) => y?.toFixed(0))).toEqual([
      tickHeight(svg, '4').toFixed(0),
      zero.toFixed(0),
    ]);
    expect(down?.y).toBeCloseTo(zero, 0);
    expect(up?.height).toBeCloseTo(2 * (down?.height ?? 0), 0);
  });

  it('places the bars of a group side by side, and leaves a place free for a missing one', () => {
    const svg = draw([bar(1), bar(1)], [bar(NaN), bar(Infinity)], [bar(1), bar(1)]);
    const [first, last] = [barsOf(svg), barsOf(svg, colours[2])];
    expect([first.length, barsOf(svg, colours[1]).length, last.length]).toEqual([2, 0, 2]);
    first.forEach(({x, width}, group) => {
      const distance = (last[group]?.x ?? 0) - x;
      expect(distance).toBeCloseTo((2 * width) / 0.9, 0);
    });
  });

  it('draws error bars from value - error to value + error, and none without an error', () => {
    const svg = draw([bar(3, 1), bar(3)]);
    const errors = [...svg.matchAll(/<path d="M[\d.]+ ([\d.]+)V([\d.]+)M[^"]*" fill="none"/g)].map(([, high, low]) => [
      Number(high),
      Number(low),
    ]);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.[0]).toBeCloseTo(tickHeight(svg, '4'), 0);
    expect(errors[0]?.[1]).toBeCloseTo(tickHeight(svg, '2'), 0);
  });

  it('names title, axes, groups and series', () => {
    const svg = draw([bar(1), bar(2)], [bar(1), bar(2)]);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['Difference', 'timesteps', 'in %', ...groups]));
    expect(legendOf(svg)).toEqual([
      ['s0', '#0072b2'],
      ['s1', '#e69f00'],
    ]);
  });
});
