import {expect, it} from 'vitest';
import {intervalChart} from '../../../trainer/chart/intervalChart.ts';
import {printColours} from '../../../trainer/chart/printColours.ts';
import {textsOf} from './svgText.ts';

const rows = [
  {label: 'merged', mean: 26, error: 1, colour: '#ff0000'},
  {label: '<base>', mean: 30, error: 0, colour: '#0000ff'},
];

it('has dots and whiskers where their values are, one row below the other', () => {
  const svg = intervalChart({title: 'Distance', xLabel: 'less is better', rows, compared: 28}, printColours);
  const dots = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
  const [[merged, above], [base, below]] = dots as [[number, number], [number, number]];
  const unit = (base - merged) / 4;
  const whiskers = [...svg.matchAll(/<path d="M([\d.]+) [\d.]+v10M[\d.]+ [\d.]+H([\d.]+)/g)];
  expect(whiskers).toHaveLength(1);
  const [, left, right] = whiskers[0] ?? [];
  expect(merged - Number(left)).toBeCloseTo(unit, 0);
  expect(Number(right) - merged).toBeCloseTo(unit, 0);
  expect(below).toBeGreaterThan(above);
  const line = Number(/<path d="M([\d.]+) [\d.]+V[\d.]+" stroke="#\w+" stroke-dasharray/.exec(svg)?.[1]);
  expect(line).toBeCloseTo((merged + base) / 2, 0);
  expect(textsOf(svg)).toEqual(expect.arrayContaining(['Distance', 'merged', '<base>', 'less is better']));
});

it('draws one value, and none', () => {
  for (const some of [rows.slice(1), []]) {
    const svg = intervalChart({title: 'Distance', xLabel: '', rows: some}, printColours);
    expect(svg).not.toContain('NaN');
    expect(svg.match(/<circle/g)?.length ?? 0).toBe(some.length);
  }
});
