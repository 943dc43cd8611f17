import {element, type Child} from '../dom.ts';
import {markedBest} from '../evaluation/scoreTableView.ts';
import {sortHead, type SortOrder} from '../sortHead.ts';
import {againstText} from './againstText.ts';
import {bestValues, cellText, sortedRows, type StudyCell, type StudyColumn, type StudyTable} from './studyTable.ts';

/** The table on the page: sorted by its heads, a bar for each value, the best of each column marked. */
export function studyTableView(
  table: StudyTable,
  order: SortOrder | null,
  onSort: (column: string) => void,
): HTMLElement {
  const {caption, heads, columns} = table;
  const best = bestValues(table);
  const longest = columns.map((_, i) => Math.max(...table.rows.map(({cells}) => Math.abs(cells[i]?.value ?? 0))));
  const rows = sortedRows(table, order).map(({labels: [name = '', ...labels], note, cells}) =>
    element(
      'tr',
      {},
      element('th', {scope: 'row'}, element('span', {class: 'score-name'}, name, noteOf(note))),
      ...labels.map((label) => element('td', {class: 'study-label'}, label)),
      ...cells.map((cell, i) => {
        const column = columns[i];
        if (cell === null || column === undefined) return element('td', {}, '–');
        return element('td', {}, ...cellParts(cell, column, cell.value === best[i], longest[i] ?? 0));
      }),
    ),
  );
  const head = element(
    'tr',
    {},
    ...heads.map((name) => sortHead(name, order, onSort)),
    ...columns.map(({key, title, note}) => {
      const made = sortHead(key, order, onSort, title);
      made.append(element('span', {class: 'score-note'}, note));
      return made;
    }),
  );
  const whole = element(
    'table',
    {class: 'study-table'},
    element('caption', {}, caption),
    element('thead', {}, head),
    element('tbody', {}, ...rows),
  );
  return element('div', {class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': caption}, whole);
}

function cellParts(cell: StudyCell, {better}: StudyColumn, isBest: boolean, longest: number): Child[] {
  const bar = element('span', {class: 'score-bar', 'aria-hidden': 'true'});
  bar.style.width = `${longest > 0 ? (100 * Math.max(0, cell.value)) / longest : 0}%`;
  const notes = cell.against.map((against) => element('span', {class: 'score-note'}, againstText(against, better)));
  return [element('span', {class: 'study-value'}, markedBest(cellText(cell), isBest)), bar, ...notes];
}

function noteOf(note: string): Child {
  return note === '' ? null : element('span', {class: 'score-note'}, note);
}
