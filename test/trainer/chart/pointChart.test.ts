import {describe, expect, it} from 'vitest';
import {pointChart} from '../../../trainer/chart/pointChart.ts';
import {printColours} from '../../../trainer/chart/printColours.ts';
import {scoreCharts} from '../../../trainer/chart/scoreCharts.ts';
import {knownReport} from '../../helpers/runs/knownRun.ts';
import {textsOf} from './svgText.ts';

const axes = {title: 'Precision & recall', xLabel: 'recall', yLabel: 'precision'};

/** Middles of the marks of a colour in the plot, without that of the legend. */
function marksOf(svg: string, colour: string): (readonly [number, number])[] {
  const marks = [...svg.matchAll(new RegExp(`<path d="M([\\d.]+) ([\\d.]+)m[^"]*" fill="${colour}"/>`, 'g'))];
  return marks.slice(0, -1).map(([, x, y]) => [Number(x), Number(y)] as const);
}

describe('a chart of points', () => {
  it('has its points where their values are, joined in order, and a legend', () => {
    const points = [
      [1, 10],
      [2, 30],
      [3, 20],
    ] as const;
    const series = [
      {name: 'a', colour: '#ff0000', points},
      {name: '<b>', colour: '#00ff00', points: [[1.5, 15]] as const},
    ];
    const svg = pointChart({...axes, series}, printColours);
    const [first, second, third] = marksOf(svg, '#ff0000') as [number, number][];
    expect(second![0] - first![0]).toBeCloseTo(third![0] - second![0], 0);
    expect((first![1] - second![1]) / 2).toBeCloseTo(third![1] - second![1], 0);
    expect(marksOf(svg, '#00ff00')).toHaveLength(1);
    expect(svg.match(/stroke-width="1.5"/g)).toHaveLength(1);
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(['Precision & recall', 'recall', 'precision', 'a', '<b>', '2', '20']),
    );
  });

  it('draws a single point, and none', () => {
    for (const points of [[[0.5, 0.5] as const], []]) {
      const svg = pointChart({...axes, series: [{name: 'a', colour: '#ff0000', points}]}, printColours);
      expect(svg).not.toMatch(/NaN|Infinity/);
      expect(marksOf(svg, '#ff0000')).toHaveLength(points.length);
    }
  });
});

describe('the charts of a report', () => {
  it('are those for which there are scores, and say what they show', () => {
    const report = knownReport(0.02, 0.019) ?? expect.fail();
    const colour = (model: string, place: number) => `${model}-${place}`;
    expect(scoreCharts(report, colour)).toEqual([]);
    const precisionRecall = {base: {precision: 0.75, recall: 0.5, neighbours: 3}};
    const frechetBySize = {
      base: [
        {images: 10, distance: 4},
        {images: 100, distance: 3},
      ],
    };
    const [first, second] = scoreCharts({...report, precisionRecall, frechetBySize}, colour);
    expect(first?.series).toEqual([{name: 'base', colour: 'base-0', points: [[0.5, 0.75]]}]);
    expect(first?.alt).toBe('Precision and recall by features: base precision 0.750, recall 0.500');
    expect(second?.series[0]?.points).toEqual([
      [10, 4],
      [100, 3],
    ]);
    expect(second?.alt).toContain('base 4.000 of 10, 3.000 of 100');
  });
});
