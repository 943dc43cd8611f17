import {describe, expect, it} from 'vitest';
import {countsText, summaryText} from '../../../webview/charts/chartText.ts';
import {nearestPoint, type ChartData} from '../../../webview/charts/chartLine.ts';
import {chartSvg} from '../../../webview/charts/chartSvg.ts';
import {curvePoints} from '../../../webview/charts/curvePoints.ts';
import {printTheme} from '../../../webview/theme.ts';
import {binsOf} from './binsOf.ts';

const points = curvePoints(binsOf([1, NaN, 100]), 0, {series: 'denoise', decay: 0, logX: false, logY: true});
const line = {key: 'a', label: 'a & <b>', index: 0, points, stepsInRange: 3, steps: 3};
const data: ChartData = {title: 'Denoising loss', lines: [line], logX: false, logY: true, range: null};

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

  it('uses nothing of the editor', () => {
    expect(svg).not.toMatch(/var\(|currentColor/);
    expect(svg).toContain('fill="#ffffff"');
  });
});

describe('a chart in words', () => {
  it('says how much is shown', () => {
    expect(countsText(data)).toBe('3 of 3 points shown');
    const hidden = {...line, points: {...points, hidden: 2}, stepsInRange: 5000};
    expect(countsText({...data, lines: [hidden]})).toBe(
      '3 of 5,000 points shown; 2 at or below 0 cannot be shown on a logarithmic axis',
    );
  });

  it('sums the curves up', () => {
    expect(summaryText(data)).toBe(
      'Denoising loss over updates (values logarithmic). a & <b>: from 1 to 100, lowest 1.',
    );
  });

  it('finds the point next to an update', () => {
    expect([0, 1.4, 1.6, 9].map((update) => nearestPoint(points, update))).toEqual([0, 0, 1, 2]);
  });
});
