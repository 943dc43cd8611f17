import {Chart, LinearScale, LineController, LogarithmicScale, type ChartConfiguration, type Scale} from 'chart.js';
import zoomPlugin from 'chartjs-plugin-zoom';
import {element} from '../dom.ts';
import {tickText} from '../../trainer/chart/tickText.ts';
import {readTheme, type Theme} from '../theme.ts';
import {axesOf, floorText, type Axes, type ChartData} from './chartLine.ts';
import {linesOf, type DrawnLines} from './chartPlugins.ts';
import {ChartText} from './chartText.ts';
import {ChartTip, type TipPlace} from './chartTip.ts';
import {lineStyle} from './seriesStyle.ts';
import type {UpdateRange} from './updateRange.ts';
import {xAxes} from './xAxis.ts';

Chart.register(LineController, LinearScale, LogarithmicScale, zoomPlugin);

/** A pointer that has moved that far has dragged. */
const dragPixels = 4;

/** Callbacks of a chart. */
export interface ChartHooks {
  /** The user has zoomed or panned by mouse or touch. */
  onRange(range: UpdateRange): void;
  /** The update under the pointer, and where the pointer is in this chart; null after it has left. */
  onHover(update: number | null, place: TipPlace | null): void;
  /** A click on the chart, not the end of a drag. */
  onClick(): void;
}

/** Curves over the updates. Draws only while it is in view. */
export class CurveChart {
  readonly root: HTMLElement;
  readonly #canvas = element('canvas', {role: 'img'});
  readonly #line = element('div', {class: 'hover-line', hidden: true});
  readonly #frame: HTMLElement;
  readonly #tip = new ChartTip();
  readonly #text: ChartText;
  readonly #drawn: DrawnLines = {lines: [], floor: null};
  readonly #hooks: ChartHooks;
  #chart: Chart<'line'> | null = null;
  #theme: Theme | null = null;
  #data: ChartData | null = null;
  #axes: Axes | null = null;
  #axesKey = '';
  #hover: number | null = null;
  #tipPlace: TipPlace | 'mark' | null = null;
  #isInView = false;
  #isStale = false;

  /** `tool`: a control beside the title; null: none. */
  constructor(hooks: ChartHooks, tool: HTMLElement | null) {
    this.#hooks = hooks;
    this.#text = new ChartText(tool);
    this.#frame = element('div', {class: 'chart-frame'}, this.#canvas, this.#line, this.#tip.root);
    this.root = element('figure', {class: 'chart'}, this.#text.caption, this.#frame, this.#text.table);
    this.#frame.addEventListener('pointermove', (event) => this.#onPointer(event));
    let down = {x: NaN, y: NaN};
    this.#frame.addEventListener('pointerdown', ({x, y}) => (down = {x, y}));
    this.#frame.addEventListener('click', ({x, y}) => {
      if (Math.hypot(x - down.x, y - down.y) < dragPixels) hooks.onClick();
    });
    this.#frame.addEventListener('pointerleave', () => hooks.onHover(null, null));
    const observer = new IntersectionObserver(([entry]) => {
      this.#isInView = entry?.isIntersecting ?? false;
      if (this.#isInView && this.#isStale) this.#draw();
    });
    observer.observe(this.#frame);
  }

  get data(): ChartData | null {
    return this.#data;
  }

  /** Showing the same object again costs nothing. */
  show(data: ChartData): void {
    if (data === this.#data) return;
    this.#data = data;
    this.#text.show(data, this.#canvas);
    if (this.#isInView) this.#draw();
    else this.#isStale = true;
  }

  /** The mark in pixels of the window; null where this chart shows none. */
  get markPlace(): {readonly left: number; readonly top: number} | null {
    if (this.#line.hidden) return null;
    const {left, top} = this.#line.getBoundingClientRect();
    return {left, top};
  }

  /** Moves the mark to an update; null hides it. The values stand at `tip`, beside the mark, or nowhere. */
  hover(update: number | null, tip: TipPlace | 'mark' | null): void {
    this.#hover = update;
    this.#tipPlace = tip;
    this.#placeLine();
  }

  restyle(): void {
    this.#theme = null;
    this.#chart?.destroy();
    this.#chart = null;
    if (this.#isInView) this.#draw();
    else this.#isStale = true;
  }

  #draw(): void {
    if (this.#data === null) return;
    this.#isStale = false;
    this.#theme ??= readTheme();
    const {series} = this.#theme;
    this.#drawn.lines = this.#data.lines.map((line) => ({...line, style: lineStyle(line.look, series)}));
    const axes = axesOf(this.#data);
    this.#drawn.floor = axes.floor;
    this.#showAxes(axes, this.#data, this.#theme);
    this.#placeLine();
  }

  /** The layout costs more than the drawing, so it is done only if the axes have changed. */
  #showAxes(axes: Axes, {xAxis, logX, logY}: ChartData, theme: Theme): void {
    const key = JSON.stringify([axes, xAxis, logX, logY]);
    if (this.#chart !== null && key === this.#axesKey) return this.#chart.draw();
    this.#axesKey = key;
    this.#axes = axes;
    this.#chart ??= new Chart<'line'>(this.#canvas, this.#configuration(theme));
    const {scales} = this.#chart.options;
    Object.assign(scales?.['x'] ?? {}, {...axes.x, type: logX ? 'logarithmic' : 'linear'});
    Object.assign(scales?.['x']?.title ?? {}, {text: xAxes[xAxis].label});
    Object.assign(scales?.['y'] ?? {}, {...axes.y, type: logY ? 'logarithmic' : 'linear'});
    this.#chart.update('none');
  }

  #configuration(theme: Theme): ChartConfiguration<'line'> {
    const font = {family: theme.fontFamily, size: Math.max(10, theme.fontSize - 2)};
    const scale = (axis: 'xTicks' | 'yTicks') => ({
      type: 'linear' as const,
      grid: {color: theme.grid, lineWidth: 0.5},
      border: {color: theme.grid},
      ticks: {
        color: theme.foreground,
        font,
        maxRotation: 0,
        autoSkip: false,
        callback: (value: number | string) => (value === this.#axes?.floor ? floorText : tickText(Number(value))),
      },
      afterBuildTicks: (built: Scale) => {
        built.ticks = (this.#axes?.[axis] ?? []).map((value) => ({value}));
      },
    });
    return {
      type: 'line',
      data: {datasets: []},
      plugins: [linesOf(this.#drawn)],
      options: {
        animation: false,
        maintainAspectRatio: false,
        events: [],
        scales: {
          x: {...scale('xTicks'), title: {display: true, color: theme.foreground, font, padding: 0}},
          y: scale('yTicks'),
        },
        plugins: {zoom: this.#zoomOptions(theme)},
      },
    };
  }

  /** The wheel zooms only with Ctrl, so that the page can be scrolled. A drag selects a range; with Shift it pans. */
  #zoomOptions(theme: Theme) {
    const onZoom = ({chart}: {chart: Chart}) => {
      const {min, max} = chart.scales['x'] ?? {min: 0, max: 1};
      this.#hooks.onRange({from: min, to: max});
    };
    const drag = {enabled: true, backgroundColor: `color-mix(in srgb, ${theme.foreground} 15%, transparent)`};
    return {
      zoom: {
        mode: 'x' as const,
        wheel: {enabled: true, modifierKey: 'ctrl' as const},
        drag,
        pinch: {enabled: true},
        onZoom,
      },
      pan: {mode: 'x' as const, enabled: true, modifierKey: 'shift' as const, onPan: onZoom},
    };
  }

  #onPointer(event: PointerEvent): void {
    const x = this.#chart?.scales['x'];
    const area = this.#chart?.chartArea;
    if (x === undefined || area === undefined) return;
    const frame = this.#canvas.getBoundingClientRect();
    const [left, top] = [event.clientX - frame.left, event.clientY - frame.top];
    const isInside = left >= area.left && left <= area.right;
    this.#hooks.onHover(isInside ? (x.getValueForPixel(left) ?? null) : null, {left, top, isPointer: true});
  }

  /** The mark is an element over the canvas, so that moving it redraws nothing. */
  #placeLine(): void {
    const x = this.#chart?.scales['x'];
    const area = this.#chart?.chartArea;
    const at = this.#hover;
    const isShown = at !== null && x !== undefined && area !== undefined && at >= x.min && at <= x.max;
    this.#line.hidden = !isShown;
    if (!isShown) return this.#tip.hide();
    const left = x.getPixelForValue(at);
    this.#line.style.transform = `translateX(${left}px)`;
    this.#line.style.top = `${area.top}px`;
    this.#line.style.height = `${area.height}px`;
    const place =
      this.#tipPlace === 'mark' ? {left, top: (area.top + area.bottom) / 2, isPointer: false} : this.#tipPlace;
    const topOf = (value: number) => this.#chart?.scales['y']?.getPixelForValue(value) ?? NaN;
    if (place === null) this.#tip.hide();
    else this.#tip.show(this.#drawn.lines, {update: at, xAxis: this.#data?.xAxis ?? 'update'}, place, topOf);
  }
}
