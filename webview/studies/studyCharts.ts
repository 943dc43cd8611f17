import {intervalChart} from '../../trainer/chart/intervalChart.ts';
import {parseModel} from '../../trainer/contract/run/runModel.ts';
import {svgUri} from '../charts/svgUri.ts';
import {element} from '../dom.ts';
import {readTheme, type Theme} from '../theme.ts';
import {cellText, sortedRows, type StudyRow, type StudyTable} from './studyTable.ts';

/** More rows are easier to read in the table. */
const mostRows = 40;

/** A dot with whiskers for each row, best first, of each score that is wanted; a line marks the base where it is a row. */
export function studyCharts(table: StudyTable, keys: readonly string[]): HTMLElement[] {
  const theme = readTheme();
  return table.columns.flatMap(({key, better}, i) => {
    const rows = sortedRows(table, {column: key, descending: better === 'higher'}).filter(({cells}) => cells[i]);
    if (!keys.includes(key) || rows.length < 2 || rows.length > mostRows) return [];
    const title = `${key.charAt(0).toUpperCase()}${key.slice(1)}`;
    const texts = rows.map((row) => `${nameOf(row)} ${row.cells[i] ? cellText(row.cells[i]) : ''}`);
    const base = rows.find(({key: name}) => name === 'base' || name === 'own base')?.cells[i]?.value;
    const xLabel = `${better === 'lower' ? 'less' : 'more'} is better; whiskers: one standard error${base === undefined ? '' : '; dashed: the base'}`;
    const intervals = rows.map((row) => ({
      label: shortened(nameOf(row)),
      mean: row.cells[i]?.value ?? 0,
      error: row.cells[i]?.error ?? 0,
      colour: colourOf(row, theme),
    }));
    const svg = intervalChart({title, xLabel, rows: intervals, ...(base !== undefined && {compared: base})}, theme);
    const image = element('img', {
      class: 'interval-chart',
      alt: `${title}, best first: ${texts.join('; ')}`,
      src: svgUri(svg),
    });
    return [
      element('div', {class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': `Chart of ${key}`}, image),
    ];
  });
}

function nameOf({labels}: StudyRow): string {
  return labels.filter((label) => label !== '').join(', ');
}

/** The chart has room for so much beside it. */
function shortened(name: string): string {
  return name.length > 44 ? `${name.slice(0, 43)}…` : name;
}

function colourOf({key}: StudyRow, {series: [blue = '', orange = '', , purple = ''], faint}: Theme): string {
  const model = parseModel(key.replace(/^own /, ''));
  if (key.startsWith('published') || model?.kind === 'ordinary' || model?.kind === 'baseline') return faint;
  if (model?.kind === 'base') return blue;
  return model?.kind === 'ensemble' ? purple : orange;
}
