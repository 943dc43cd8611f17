import {element, setChildren, setText, table} from '../dom.ts';
import {countText} from '../../trainer/chart/tickText.ts';
import {numberText} from '../numberText.ts';
import {dragHandle} from './dragCharts.ts';
import {extent} from '../../trainer/chart/axisRange.ts';
import type {ChartData, ChartLine} from './chartLine.ts';
import {valueText} from './loggedSteps.ts';
import {xAxes} from './xAxis.ts';

const tableRows = 12;
const tableMilliseconds = 2000;

/** A chart in words: caption, a summary for screen readers, and a data table. */
export class ChartText {
  readonly caption: HTMLElement;
  readonly table: HTMLElement;
  readonly #title = element('span', {class: 'chart-title'});
  readonly #counts = element('span', {class: 'chart-counts'});
  readonly #rows = element('div');
  #data: ChartData | null = null;
  #filled = 0;

  /** `tool`: a control of the chart. */
  constructor(tool: HTMLElement | null) {
    this.#title.classList.toggle(dragHandle, tool !== null);
    this.caption = element('figcaption', {}, this.#title, element('span', {class: 'group'}, this.#counts, tool));
    const details = element('details', {}, element('summary', {}, 'Data table'), this.#rows);
    details.addEventListener('toggle', () => this.#fill());
    this.table = details;
  }

  show(data: ChartData, canvas: HTMLElement): void {
    this.#data = data;
    setText(this.#title, data.title);
    setText(this.#counts, countsText(data));
    canvas.setAttribute('aria-label', summaryText(data));
    if (Date.now() - this.#filled > tableMilliseconds) this.#fill();
  }

  /** Does nothing while the table is closed. */
  #fill(): void {
    if (this.#data === null || !(this.table as HTMLDetailsElement).open) return;
    this.#filled = Date.now();
    setChildren(this.#rows, dataTable(this.#data));
  }
}

/** How many of the logged points are drawn. */
export function countsText({lines}: ChartData): string {
  const shown = lines.reduce((sum, {points}) => sum + points.x.length, 0);
  const steps = lines.reduce((sum, {stepsInRange}) => sum + stepsInRange, 0);
  const below = lines.reduce((sum, {points}) => sum + points.below.length, 0);
  const marked = below === 0 ? '' : `; ${countText(below)} at or below 0, marked at the lower edge`;
  return `${countText(shown)} of ${countText(steps)} points shown${marked}`;
}

/** Summary of a chart for screen readers. */
export function summaryText(data: ChartData): string {
  if (data.lines.length === 0) return `${data.title}: no values.`;
  const {over} = xAxes[data.xAxis];
  const axes = [data.logX ? `${over} logarithmic` : '', data.logY ? 'values logarithmic' : ''].filter(Boolean);
  const scale = axes.length === 0 ? '' : ` (${axes.join(', ')})`;
  return `${data.title} over ${over}${scale}. ${data.lines.map(lineSentence).join(' ')}`;
}

function lineSentence({label, points}: ChartLine): string {
  const lowest = extent([points.y])?.[0];
  if (lowest === undefined) return `${label}: no finite values.`;
  const [first, last] = [points.y.find(Number.isFinite), points.y.findLast(Number.isFinite)];
  return `${label}: from ${numberText(first)} to ${numberText(last)}, lowest ${numberText(lowest)}.`;
}

function dataTable({title, lines, xAxis}: ChartData): HTMLElement {
  const longest = lines.reduce<ChartLine | null>(
    (best, line) => (best === null || line.points.x.length > best.points.x.length ? line : best),
    null,
  );
  const updates = longest === null ? [] : evenlySpaced(longest.points.x, tableRows);
  const rows = updates.map((update) => [
    numberText(xAxis === 'time' ? update : Math.round(update)),
    ...lines.map(({points}) => valueText(points, update)),
  ]);
  return table(`${title}, smoothed`, [xAxes[xAxis].choice, ...lines.map(({label}) => label)], rows);
}

function evenlySpaced(values: Float64Array, count: number): number[] {
  const most = Math.min(count, values.length);
  const place = (i: number) => Math.round((i * (values.length - 1)) / Math.max(1, most - 1));
  return Array.from({length: most}, (_, i) => values[place(i)] ?? NaN);
}
