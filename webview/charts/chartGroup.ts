import type {XAxisKind} from '../../trainer/contract/panel/panelPage.ts';
import type {CurveSeries} from '../../trainer/contract/run/curveBins.ts';
import {element, setText} from '../dom.ts';
import {numberText} from '../numberText.ts';
import type {Panel} from '../panel.ts';
import {printTheme} from '../theme.ts';
import {button, setDisabled} from '../toolkit.ts';
import {withPlaceTaken} from './chartOrder.ts';
import {chartSvg} from './chartSvg.ts';
import {allPlaces, type ChartData, type ChartLine} from './chartLine.ts';
import {CurveChart} from './curveChart.ts';
import type {TipPlace} from './chartTip.ts';
import {dragCharts} from './dragCharts.ts';
import {HoverTable} from './hoverTable.ts';
import {nearestStep, nextStep, updateAt} from './loggedSteps.ts';
import {PlaceButtons} from './placeButtons.ts';
import {savePicture, type PictureKind} from './savePicture.ts';
import {inside, panned, zoomed, type UpdateRange} from './updateRange.ts';
import {xAxes} from './xAxis.ts';

const zoomStep = 0.5;
const panStep = 0.25;
/** Presses of an arrow key from one edge of the chart to the other. */
const hoverSteps = 50;

/** Where a point of a chart is, in pixels of the window. */
export interface PointPlace {
  readonly left: number;
  readonly top: number;
}

export interface ChartGroupOptions {
  /** Each chart can be pinned to the top and moved among the others. */
  readonly canArrange?: boolean;
  /** The update of a logged step was chosen, by a click or the Enter key; `place`: its mark in pixels of the window. */
  readonly onPoint?: (update: number, place: PointPlace) => void;
}

/** Charts that share their range of updates and the mark under the pointer. Both can be set by mouse and keyboard. */
export class ChartGroup {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #rangeKey: 'range' | 'comparedRange';
  readonly #charts = new Map<CurveSeries, CurveChart>();
  readonly #frame = element('div', {
    class: 'charts',
    role: 'group',
    tabindex: '0',
    'aria-label':
      'Charts. Left and right arrow mark an update, Enter chooses it, plus and minus zoom, Shift with arrows moves, 0 shows all.',
  });
  readonly #hoverTable = new HoverTable();
  readonly #rangeText = element('span', {class: 'range-text', role: 'status'});
  readonly #zoomIn = button('Zoom in', () => this.#zoom(zoomStep), {icon: 'zoom-in'});
  readonly #zoomOut = button('Zoom out', () => this.#zoom(1 / zoomStep), {icon: 'zoom-out'});
  readonly #all = button('Show all updates', () => this.#setRange(null), {icon: 'screen-full'});
  #data: readonly ChartData[] = [];
  /** The largest range to zoom out to. The shown curves may end earlier, at the edges of the current range. */
  #whole: UpdateRange = {from: 1, to: 2};
  #hover: number | null = null;
  /** The chart under the pointer; null where the keyboard has moved the mark. */
  #pointed: {readonly series: CurveSeries; readonly place: TipPlace} | null = null;
  #isHoverDue = false;

  readonly #places: Map<CurveSeries, PlaceButtons> | null;

  readonly #onPoint: ChartGroupOptions['onPoint'];

  /** `rangeKey` names the page setting in which the range of these charts is kept. */
  constructor(
    panel: Panel,
    rangeKey: 'range' | 'comparedRange',
    {canArrange = false, onPoint}: ChartGroupOptions = {},
  ) {
    this.#onPoint = onPoint;
    this.#places = canArrange ? new Map() : null;
    this.#panel = panel;
    this.#rangeKey = rangeKey;
    const svg = button('Save charts as SVG', () => void this.#save('svg'));
    const png = button('Save charts as PNG', () => void this.#save('png'));
    const tools = element('div', {class: 'bar'}, this.#zoomIn, this.#zoomOut, this.#all, this.#rangeText);
    const saving = element('div', {class: 'bar'}, svg, png);
    this.root = element('div', {}, tools, this.#frame, this.#hoverTable.root, saving);
    this.#frame.addEventListener('keydown', (event) => this.#onKey(event));
    this.#frame.addEventListener('dblclick', () => this.#setRange(null));
    if (canArrange) dragCharts(this.#frame, (from, to) => this.#drop(from, to));
  }

  /** `bounds`: the range of the x axis that the runs have reached, also where the charts show less; null: it is in the charts. */
  show(charts: readonly (readonly [CurveSeries, ChartData])[], bounds: UpdateRange | null): void {
    const shown = charts.map(([series]) => series);
    for (const series of shown) this.#places?.get(series)?.show(shown);
    const isSame = charts.length === this.#data.length && charts.every(([, data], i) => data === this.#data[i]);
    if (isSame) return;
    this.#data = charts.map(([, data]) => data);
    const known = [allPlaces(this.#lines, this.#xAxis), bounds].filter((part) => part !== null);
    const range = this.#range;
    if (known.length > 0)
      this.#whole = {from: Math.min(...known.map(({from}) => from)), to: Math.max(...known.map(({to}) => to))};
    this.#place(shown);
    for (const [series, data] of charts) this.#charts.get(series)?.show(data);
    setText(this.#rangeText, range ? rangeText(range, this.#xAxis) : 'All updates');
    setDisabled(this.#all, range === null);
    setDisabled(this.#zoomOut, range === null);
    this.#showHover();
  }

  restyle(): void {
    for (const chart of this.#charts.values()) chart.restyle();
    this.#hoverTable.restyle();
    this.#showHover();
  }

  #place(series: readonly CurveSeries[]): void {
    for (const name of series) if (!this.#charts.has(name)) this.#charts.set(name, this.#newChart(name, series));
    const wanted = series.flatMap((name) => this.#charts.get(name)?.root ?? []);
    if (wanted.length === this.#frame.children.length && wanted.every((root, i) => root === this.#frame.children[i]))
      return;
    const focused = document.activeElement;
    this.#frame.replaceChildren(...wanted);
    // What is taken out and put in elsewhere loses the focus.
    if (focused instanceof HTMLElement && this.#frame.contains(focused)) focused.focus();
  }

  #newChart(series: CurveSeries, shown: readonly CurveSeries[]): CurveChart {
    const hooks = {
      onRange: (range: UpdateRange) => this.#setRange(range),
      onHover: (at: number | null, place: TipPlace | null) => this.#setHover(at, place && {series, place}),
      onClick: () => this.#choosePoint(),
    };
    if (this.#places === null) return new CurveChart(hooks, null);
    const place = new PlaceButtons(this.#panel, series);
    place.show(shown);
    this.#places.set(series, place);
    return new CurveChart(hooks, place.root);
  }

  get #range(): UpdateRange | null {
    return this.#panel.state.page[this.#rangeKey];
  }

  get #xAxis(): XAxisKind {
    return this.#data[0]?.xAxis ?? 'update';
  }

  get #least(): number {
    return xAxes[this.#xAxis].least;
  }

  #current(): UpdateRange {
    return this.#range ?? this.#whole;
  }

  #zoom(factor: number): void {
    this.#setRange(zoomed(this.#current(), factor, this.#whole, this.#marked ?? undefined, this.#least));
  }

  #setRange(range: UpdateRange | null): void {
    this.#panel.setPage({[this.#rangeKey]: range && inside(range, this.#whole, this.#least)});
  }

  #onKey(event: KeyboardEvent): void {
    if (event.target !== this.#frame || event.ctrlKey || event.altKey || event.metaKey) return;
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step !== 0 && event.shiftKey) this.#setRange(panned(this.#current(), step * panStep, this.#whole, this.#least));
    else if (step !== 0) this.#moveHover(step);
    else if (event.key === '+' || event.key === '=') this.#zoom(zoomStep);
    else if (event.key === '-') this.#zoom(1 / zoomStep);
    else if (event.key === '0') this.#setRange(null);
    else if (event.key === 'Enter') this.#choosePoint();
    else if (event.key === 'Escape') this.#setHover(null);
    else return;
    event.preventDefault();
  }

  #moveHover(step: 1 | -1): void {
    const {from, to} = this.#current();
    const lines = this.#lines;
    const start = this.#marked ?? (step > 0 ? from : to);
    const far = nearestStep(lines, start + (step * (to - from)) / hoverSteps);
    if (far === null) return;
    const isFarEnough = this.#marked === null || (far - start) * step > 0;
    const next = isFarEnough ? far : nextStep(lines, start, step);
    if (next >= from && next <= to) this.#setHover(next);
  }

  #choosePoint(): void {
    // A click may come before the frame that draws the mark.
    this.#showHover();
    const marked = this.#marked;
    const update = marked === null ? null : updateAt(this.#lines, marked);
    const pointed = this.#pointed && this.#charts.get(this.#pointed.series);
    const marks = [...(pointed ? [pointed] : []), ...this.#charts.values()].map(({markPlace}) => markPlace);
    const place = marks.find((mark) => mark !== null) ?? this.#frame.getBoundingClientRect();
    if (update === null) return;
    // What is opened there would lie over the values beside the mark.
    for (const chart of this.#charts.values()) chart.hover(marked, null);
    this.#onPoint?.(update, place);
  }

  #drop(from: Element, to: Element): void {
    const seriesOf = (root: Element) => [...this.#charts].find(([, chart]) => chart.root === root)?.[0];
    const [dragged, other] = [seriesOf(from), seriesOf(to)];
    if (dragged === undefined || other === undefined) return;
    this.#panel.setPage(withPlaceTaken(this.#panel.state.page, dragged, other));
  }

  focus(): void {
    this.#frame.focus();
  }

  get #lines(): ChartLine[] {
    return this.#data.flatMap(({lines}) => lines);
  }

  /** The logged step nearest to the pointer: between steps there is nothing to read. */
  get #marked(): number | null {
    return this.#hover === null ? null : nearestStep(this.#lines, this.#hover);
  }

  #setHover(update: number | null, pointed: {series: CurveSeries; place: TipPlace} | null = null): void {
    this.#hover = update;
    this.#pointed = pointed;
    this.#hoverSoon();
  }

  #hoverSoon(): void {
    if (this.#isHoverDue) return;
    this.#isHoverDue = true;
    requestAnimationFrame(() => {
      this.#isHoverDue = false;
      this.#showHover();
    });
  }

  #showHover(): void {
    const marked = this.#marked;
    const pointed = this.#pointed;
    for (const [series, chart] of this.#charts)
      chart.hover(marked, pointed === null ? 'mark' : pointed.series === series ? pointed.place : null);
    this.#hoverTable.show(this.#data, marked);
  }

  async #save(kind: PictureKind): Promise<void> {
    for (const data of this.#data) {
      if (!(await savePicture(this.#panel, data.title, chartSvg(data, printTheme), kind))) return;
    }
  }
}

/** `Updates 51 to 150`, `Hours 0.25 to 0.5` */
function rangeText({from, to}: UpdateRange, xAxis: XAxisKind): string {
  const [first, last] = xAxis === 'time' ? [from, to].map(numberText) : [from, to].map(Math.round);
  return `${xAxis === 'update' ? 'Updates' : xAxes[xAxis].choice} ${first} to ${last}`;
}
