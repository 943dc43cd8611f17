import {extent, paddedRange} from '../../trainer/chart/axisRange.ts';
import {lineChart} from '../../trainer/chart/lineChart.ts';
import {countText} from '../../trainer/chart/tickText.ts';
import type {LossTerm} from '../../trainer/contract/run/lossTerms.ts';
import {seriesTitle} from '../../trainer/contract/run/curveBins.ts';
import {lineStyle, type LineLook} from '../charts/seriesStyle.ts';
import {svgUri} from '../charts/svgUri.ts';
import {element, table} from '../dom.ts';
import {numberText} from '../numberText.ts';
import {readTheme} from '../theme.ts';
import type {TimestepLosses} from './timestepLosses.ts';

/** Losses by timestep of one stage of one run. */
export interface TimestepLine {
  readonly label: string;
  readonly look: LineLook;
  readonly losses: TimestepLosses;
  /** Of the model, which the buckets of the losses share out. */
  readonly timesteps: number;
}

const tableRows = 10;
const nothing = {x: [], y: []};

/** The losses of stages over the timesteps of their models, on a logarithmic scale, and their numbers as a table. */
export function timestepChart(term: LossTerm, lines: readonly TimestepLine[]): HTMLElement[] {
  const theme = readTheme();
  const title = `${seriesTitle(term)} by timestep`;
  const all = Math.max(1, ...lines.map(({timesteps}) => timesteps));
  const drawn = lines.map(({label, look, losses: {mean}, timesteps}) => {
    const x = mean.map((_, bucket) => ((bucket + 0.5) * timesteps) / mean.length);
    const curve = {x, y: mean.map((value) => (value > 0 ? value : NaN))};
    return {label, ...lineStyle(look, theme.series), curve, raw: nothing, dots: nothing};
  });
  const range = extent(drawn.map(({curve}) => curve.y));
  if (range === null) return [];
  const x = {label: 'timestep', min: 0, max: all};
  const y = {label: '', logarithmic: true, ...paddedRange(range, true)};
  const alt = `${title}: ${lines.map(lineSentence).join(' ')}`;
  const svg = lineChart({title, x, y, lines: drawn}, theme);
  return [
    element('img', {class: 'timestep-chart', alt, src: svgUri(svg)}),
    element('details', {}, element('summary', {}, 'Data table'), dataTable(title, lines, all)),
  ];
}

/** `digits-1, expert 0, t 0 to 249 (updates 301 to 400): lowest 0.01 ...` */
function lineSentence({label, losses: {from, to, mean}}: TimestepLine): string {
  const known = mean.filter(Number.isFinite);
  const ends = `from ${numberText(Math.min(...known))} to ${numberText(Math.max(...known))}`;
  return `${label} (updates ${countText(from + 1)} to ${countText(to)}): ${ends}.`;
}

/** The mean loss of each line in ten parts of all timesteps, NaN beyond those of its model. */
export function timestepRows(
  lines: readonly Pick<TimestepLine, 'losses' | 'timesteps'>[],
  all: number,
): {part: string; means: number[]}[] {
  const edge = (at: number, length: number) => Math.floor((at * length) / tableRows);
  return Array.from({length: tableRows}, (_, row) => {
    const means = lines.map(({losses: {mean}, timesteps}) => {
      // As many buckets as there would be, if the model had all of the timesteps.
      const buckets = (mean.length * all) / timesteps;
      const known = mean.slice(edge(row, buckets), edge(row + 1, buckets)).filter(Number.isFinite);
      return known.reduce((sum, value) => sum + value, 0) / known.length;
    });
    return {part: `${edge(row, all)} to ${edge(row + 1, all) - 1}`, means};
  });
}

function dataTable(title: string, lines: readonly TimestepLine[], all: number): HTMLElement {
  const rows = timestepRows(lines, all).map(({part, means}) => [part, ...means.map(numberText)]);
  return table(title, ['Timesteps', ...lines.map(({label}) => label)], rows);
}
