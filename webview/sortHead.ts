import {element} from './dom.ts';

/** A column that a table is sorted by. */
export interface SortOrder {
  readonly column: string;
  readonly descending: boolean;
}

/** The head of a column: a button that sorts by it. `label` is what it is called, if that is not its key. */
export function sortHead(
  column: string,
  order: SortOrder | null,
  onSort: (column: string) => void,
  label = column,
): HTMLElement {
  const isSorted = order?.column === column;
  const direction = isSorted ? (order.descending ? 'descending' : 'ascending') : null;
  const mark = direction === null ? '' : direction === 'ascending' ? ' ▲' : ' ▼';
  const attributes = {
    class: 'sort',
    'data-key': `sort ${column}`,
    title: `Sort by ${label}`,
    onclick: () => onSort(column),
  };
  return element('th', {scope: 'col', 'aria-sort': direction}, element('button', attributes, `${label}${mark}`));
}

/** First up, then down, then as the rows were made. */
export function nextOrder(order: SortOrder | null, column: string): SortOrder | null {
  if (order?.column !== column) return {column, descending: false};
  return order.descending ? null : {column, descending: true};
}
