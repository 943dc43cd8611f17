import {element, setChildren} from '../dom.ts';
import {countText, numberText} from '../numberText.ts';
import {nearestPoint, type ChartData} from './chartLine.ts';

/** The values of all curves at the shared hover line, in a fixed place so that they cover nothing. */
export class HoverTable {
  readonly root = element('div', {
    class: 'hover-table',
    role: 'region',
    'aria-label': 'Values at the marked update',
    tabindex: '0',
  });
  #key: string | null = null;

  show(charts: readonly ChartData[], update: number | null): void {
    // Without a mark nothing but names is shown: no need to build them anew with every step.
    const names = charts.map(({title, lines}) => [title, lines.map(({label}) => label)]);
    const key = update === null ? JSON.stringify(names) : null;
    if (key !== null && key === this.#key) return;
    this.#key = key;
    const shown = charts.filter(({lines}) => lines.length > 0);
    const labels = [...new Set(shown.flatMap(({lines}) => lines.map(({label}) => label)))];
    const cell = (chart: ChartData, label: string) => {
      const points = chart.lines.find((line) => line.label === label)?.points;
      if (points === undefined || update === null) return '–';
      return numberText(points.y[nearestPoint(points, update)]);
    };
    const rows = labels.map((label) =>
      element(
        'tr',
        {},
        element('th', {scope: 'row'}, label),
        ...shown.map((chart) => element('td', {}, cell(chart, label))),
      ),
    );
    const head = ['Curve', ...shown.map(({title}) => title)].map((text) => element('th', {scope: 'col'}, text));
    const caption = update === null ? 'Point at a chart, or press an arrow key on it' : `Update ${countText(update)}`;
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
