import {describe, expect, it} from 'vitest';
import {countsText, summaryText} from '../../../webview/charts/chartText.ts';
import type {ChartData} from '../../../webview/charts/chartLine.ts';
import {chartSvg} from '../../../webview/charts/chartSvg.ts';
import {curvePoints} from '../../../webview/charts/curvePoints.ts';
import {printTheme} from '../../../webview/theme.ts';
import {binsOf} from './binsOf.ts';

const points = curvePoints(binsOf([1, NaN, 100]), 0, {series: 'denoise', decay: 0, logX: false, logY: true});
const line = {key: 'a', label: 'a & <b>', look: {colour: 0, dash: 0}, points, stepsInRange: 3, steps: 3};
const data: ChartData = {title: 'Denoising loss', lines: [line], xAxis: 'update', logX: false, logY: true, range: null};

describe('a chart as SVG', () => {
  const svg = chartSvg(data, printTheme);

  it('has title, axes and legend, and no markup from names', () => {
    expect(svg).toContain('>Denoising loss</text>');
    expect(svg).toContain('>a &#38; &#60;b&#62;</text>');
    expect(svg).toContain('>update</text>');
    expect(svg).not.toContain('<b>');
  });

  it('puts values where the logarithmic axis has them, and breaks at a gap', () => {
    const smooth = /<path d="(M[^"]*)"[^>]*stroke-width="2"\/>\n<\/g>/.exec(svg)?.[1] ?? '';
    const places = [...smooth.matchAll(/M([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(smooth).not.toContain('L');
    expect(places).toHaveLength(2);
    const tick = (value: string) =>
      Number(new RegExp(`y="([\\d.]+)" text-anchor="end"[^>]*>${value}</text>`).exec(svg)?.[1]) - 4;
    expect(places[0]?.[1]).toBeCloseTo(tick('1'), 0);
    expect(places[1]?.[1]).toBeCloseTo(tick('100'), 0);
  });

  it('draws points without neighbours as dots, and marks what is at or below 0 below all ticks', () => {
    const some = curvePoints(binsOf([0, 5, NaN, 7, 8]), 0, {series: 'denoise', decay: 0, logX: false, logY: true});
    const drawn = chartSvg({...data, lines: [{...line, points: some}]}, printTheme);
    const circles = [...drawn.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="2.5" fill="(#?\w+)"/g)];
    expect(circles.map(([, , , fill]) => fill)).toEqual(['#0072b2', 'none']);
    const [dot, ring] = circles.map(([, x, y]) => [Number(x), Number(y)] as const);
    expect(dot?.[0]).toBeGreaterThan(ring?.[0] ?? NaN);
    const floor = Number(/y="([\d.]+)" text-anchor="end"[^>]*>≤ 0</.exec(drawn)?.[1]) - 4;
    expect(ring?.[1]).toBeCloseTo(floor, 0);
    const ticks = [...drawn.matchAll(/y="([\d.]+)" text-anchor="end"/g)].map(([, y]) => Number(y) - 4);
    expect(Math.max(...ticks)).toBeCloseTo(floor, 5);
    expect(svg).not.toContain('≤ 0');
  });

  it('uses nothing of the editor', () => {
    expect(svg).not.toMatch(/var\(|currentColor/);
    expect(svg).toContain('fill="#ffffff"');
  });
});

describe('a chart in words', () => {
  it('says how much is shown', () => {
    expect(countsText(data)).toBe('3 of 3 points shown');
    const marked = {...line, points: {...points, below: Float64Array.of(1, 2)}, stepsInRange: 5000};
    expect(countsText({...data, lines: [marked]})).toBe(
      '3 of 5,000 points shown; 2 at or below 0, marked at the lower edge',
    );
  });

  it('sums the curves up', () => {
    expect(summaryText(data)).toBe(
      'Denoising loss over updates (values logarithmic). a & <b>: from 1 to 100, lowest 1.',
    );
  });
});
