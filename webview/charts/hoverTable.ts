import {element, setChildren} from '../dom.ts';
import type {ChartData} from './chartLine.ts';
import {readTheme} from '../theme.ts';
import {rawText, stepName, valueText} from './loggedSteps.ts';
import {lineSample, lineStyle} from './seriesStyle.ts';

/** The values of all curves at the mark. The table has a fixed place, so that it covers no curves. */
export class HoverTable {
  readonly root = element('div', {
    class: 'hover-table',
    role: 'region',
    'aria-label': 'Values at the marked update',
    tabindex: '0',
  });
  #key: string | null = null;
  #colours: readonly string[] | null = null;

  /** After a change of the theme: the next call of `show` uses its colours. */
  restyle(): void {
    this.#key = null;
    this.#colours = null;
  }

  show(charts: readonly ChartData[], update: number | null): void {
    // Without a mark the table shows names only, which need not be rebuilt with every step.
    const names = charts.map(({title, lines}) => [title, lines.map(({label, look}) => [label, look])]);
    const key = update === null ? JSON.stringify(names) : null;
    if (key !== null && key === this.#key) return;
    this.#key = key;
    const shown = charts.filter(({lines}) => lines.length > 0);
    const lines = shown.flatMap((chart) => chart.lines);
    const looks = new Map(lines.map(({label, look}) => [label, look]));
    const colours = (this.#colours ??= readTheme().series);
    const cells = (chart: ChartData, label: string) => {
      const points = chart.lines.find((line) => line.label === label)?.points;
      if (points === undefined || update === null) return ['–', '–'];
      return [valueText(points, update), rawText(points, update)];
    };
    const rows = [...looks].map(([label, look]) =>
      element(
        'tr',
        {},
        element(
          'th',
          {scope: 'row'},
          element('span', {class: 'legend-item'}, lineSample(lineStyle(look, colours)), label),
        ),
        ...shown.flatMap((chart) => cells(chart, label)).map((text) => element('td', {}, text)),
      ),
    );
    const head = ['Curve', ...shown.flatMap(({title}) => [title, 'raw'])].map((text) =>
      element('th', {scope: 'col'}, text),
    );
    const caption =
      update === null ? 'Point at a chart, or press an arrow key on it' : stepName(lines, update, charts[0]?.xAxis);
    setChildren(
      this.root,
      element(
        'table',
        {},
        element('caption', {}, caption),
        element('thead', {}, element('tr', {}, ...head)),
        element('tbody', {}, ...rows),
      ),
    );
  }
}
