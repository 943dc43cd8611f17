import {
  Chart,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
  type ChartConfiguration,
  type Scale,
} from 'chart.js';
import {seriesStyle} from '../../charts/seriesStyle.ts';
import {element} from '../../dom.ts';
import {tickText} from '../../../trainer/chart/tickText.ts';
import {shareText} from '../../numberText.ts';
import {readTheme, type Theme} from '../../theme.ts';
import {layerTitle, type LayerSeries} from './layerSeries.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Tooltip);

/** Relative norms over the tensors of the network, with a tooltip for each tensor. Draws only while it is in view. */
export class LayerChart {
  readonly root: HTMLElement;
  readonly #canvas = element('canvas', {role: 'img'});
  #series: LayerSeries | null = null;
  #chart: Chart<'line', number[]> | null = null;
  #isInView = false;

  constructor() {
    this.root = element('div', {class: 'chart-frame'}, this.#canvas);
    const observer = new IntersectionObserver(([entry]) => {
      this.#isInView = entry?.isIntersecting ?? false;
      if (this.#isInView && this.#chart === null) this.#draw();
    });
    observer.observe(this.root);
  }

  show(series: LayerSeries): void {
    this.#series = series;
    const spans = series.values.map((values, i) => {
      const known = values.filter(Number.isFinite);
      return known.length === 0
        ? `${series.labels[i]} has not moved.`
        : `${series.labels[i]}: from ${shareText(Math.min(...known))} to ${shareText(Math.max(...known))}.`;
    });
    this.#canvas.setAttribute('aria-label', `${layerTitle}, ${series.tensors.length} tensors. ${spans.join(' ')}`);
    this.restyle();
  }

  restyle(): void {
    this.#chart?.destroy();
    this.#chart = null;
    if (this.#isInView) this.#draw();
  }

  #draw(): void {
    if (this.#series === null) return;
    this.#chart = new Chart<'line', number[]>(this.#canvas, configuration(this.#series, readTheme()));
  }
}

function configuration(series: LayerSeries, theme: Theme): ChartConfiguration<'line', number[]> {
  return {
    type: 'line',
    data: {
      labels: series.tensors.map((_, at) => at),
      datasets: series.values.map((values, i) => {
        const {colour, dash} = seriesStyle(i, theme.series);
        return {label: series.labels[i], data: [...values], borderColor: colour, borderDash: [...dash]};
      }),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: {mode: 'index', intersect: false},
      elements: {point: {radius: 0, hitRadius: 0}, line: {borderWidth: 1.5}},
      scales: scales(series, theme),
      plugins: {
        tooltip: {
          animation: false,
          callbacks: {
            title: ([item]) => series.tensors[item?.dataIndex ?? -1] ?? '',
            label: ({datasetIndex, dataIndex}) =>
              `${series.labels[datasetIndex]}: ${shareText(series.values[datasetIndex]?.[dataIndex])}`,
          },
        },
      },
    },
  };
}

function scales({starts, tensors, y, yTicks}: LayerSeries, theme: Theme) {
  const font = {family: theme.fontFamily, size: Math.max(10, theme.fontSize - 2)};
  const style = {grid: {color: theme.grid, lineWidth: 0.5}, border: {color: theme.grid}};
  const ticks = {color: theme.foreground, font, maxRotation: 0};
  const nameOf = (value: number | string) => starts.find(({at}) => at === Number(value))?.name ?? '';
  return {
    x: {
      ...style,
      type: 'linear' as const,
      min: 0,
      max: Math.max(1, tensors.length - 1),
      ticks: {...ticks, align: 'start' as const, autoSkip: false, callback: nameOf},
      afterBuildTicks: (built: Scale) => void (built.ticks = starts.map(({at}) => ({value: at}))),
    },
    y: {
      ...style,
      ...y,
      type: 'logarithmic' as const,
      ticks: {...ticks, callback: (value: number | string) => tickText(Number(value))},
      afterBuildTicks: (built: Scale) => void (built.ticks = yTicks.map((value) => ({value}))),
    },
  };
}
