import {describe, expect, it} from 'vitest';
import {type Curve, type LineChart, lineChart} from '../../../trainer/chart/lineChart.ts';
import {printColours} from '../../../trainer/chart/printColours.ts';
import {legendOf, textsOf, tickHeight} from './svgText.ts';

const none: Curve = {x: [], y: []};

function curve(...y: number[]): Curve {
  return {x: y.map((_, i) => i), y};
}

function draw(smooth: Curve, changes: Partial<LineChart> = {}, raw = none): string {
  const lines = [{label: 'a', colour: '#0072b2', dash: [], curve: smooth, raw, dots: none}];
  const x = {label: 'update', min: 0, max: 4};
  return lineChart({title: 'Loss', x, y: {label: 'loss', min: 0, max: 2}, lines, ...changes}, printColours);
}

/** Places along the path of the only curve: a list for each piece. */
function pieces(svg: string): [x: number, y: number][][] {
  const [, d = ''] = /<path d="([^"]*)" stroke="#0072b2" stroke-width="2"\/>\n<\/g>/.exec(svg) ?? [];
  return d
    .split('M')
    .slice(1)
    .map((piece) => piece.split('L').map((place) => place.split(' ').map(Number) as [number, number]));
}

describe('lineChart', () => {
  it('has title, labels of both axes, ticks and a legend', () => {
    const svg = draw(curve(1, 2));
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['Loss', 'update', 'loss', '0', '1', '2', '3', '4', 'a']));
    expect(legendOf(svg)).toEqual([['a', '#0072b2']]);
  });

  it('puts points where the axes have them', () => {
    const svg = draw(curve(0, 1, 2));
    const [[first, second, third] = []] = pieces(svg);
    expect([first?.[1], second?.[1], third?.[1]]).toEqual([
      tickHeight(svg, '0'),
      tickHeight(svg, '1'),
      tickHeight(svg, '2'),
    ]);
    expect((second?.[0] ?? 0) - (first?.[0] ?? 0)).toBe((third?.[0] ?? 0) - (second?.[0] ?? 0));
  });

  it.each([NaN, Infinity, -Infinity])('leaves a gap for %s', (missing) => {
    expect(pieces(draw(curve(1, 1, missing, 1, 1))).map((piece) => piece.length)).toEqual([2, 2]);
  });

  it('gives the decades of a logarithmic axis the same height, and leaves a gap for what is not positive', () => {
    const y = {label: '', min: 0.01, max: 1, logarithmic: true};
    const svg = draw(curve(0.01, 0.1, 1, 0, -1, 0.1), {y});
    const [[low, middle, high] = [], last] = pieces(svg);
    expect((low?.[1] ?? 0) - (middle?.[1] ?? 0)).toBeCloseTo((middle?.[1] ?? 0) - (high?.[1] ?? 0), 5);
    expect(last).toHaveLength(1);
  });

  it('draws raw values pale and behind, and cuts all at the frame', () => {
    const svg = draw(curve(1, 1), {}, curve(0, 9));
    const [pale, clear] = [svg.indexOf('opacity="0.3"'), svg.indexOf('stroke-width="2"')];
    expect([svg.indexOf('clip-path="url(#area)"') < pale, pale < clear]).toEqual([true, true]);
    expect(legendOf(svg)).toHaveLength(1);
  });

  it('draws points without neighbours as dots', () => {
    const line = {label: 'a', colour: '#0072b2', dash: [], curve: none, raw: none, dots: {x: [2], y: [1]}};
    expect(draw(none, {lines: [line]})).toMatch(/<circle cx="480\.0" cy="257\.0" r="2\.5" fill="#0072b2"\/>/);
  });

  it('escapes labels, and survives having nothing to show', () => {
    const line = {label: '<b>', colour: '"><b>', dash: [3, 1], curve: none, raw: none, dots: none};
    expect(draw(none, {title: '<b>', lines: [line]})).not.toContain('<b>');
    expect(pieces(draw(none))).toEqual([]);
  });
});
