import {lineChart} from '../../trainer/chart/lineChart.ts';
import {tickText} from '../../trainer/chart/tickText.ts';
import type {Theme} from '../theme.ts';
import {axesOf, floorText, type ChartData} from './chartLine.ts';
import {lineStyle} from './seriesStyle.ts';
import {xAxes} from './xAxis.ts';

/** A chart as a self-contained SVG document with title, axes and legend, for use in papers. */
export function chartSvg(data: ChartData, theme: Theme): string {
  const {x, y, xTicks, yTicks, floor} = axesOf(data);
  const chart = {
    title: data.title,
    x: {...x, label: xAxes[data.xAxis].label, logarithmic: data.logX, ticks: xTicks},
    y: {
      ...y,
      label: '',
      logarithmic: data.logY,
      ticks: yTicks,
      tickText: (tick: number) => (tick === floor ? floorText : tickText(tick)),
    },
    lines: data.lines.map(({label, look, points}) => ({
      label,
      ...lineStyle(look, theme.series),
      curve: points,
      raw: {x: points.rawX, y: points.rawY},
      dots: {x: points.dotX, y: points.dotY},
      ...(floor !== null && {rings: {x: points.below, y: points.below.map(() => floor)}}),
    })),
  };
  return lineChart(chart, theme);
}
