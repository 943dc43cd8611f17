import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import {noteOf, tagsOf} from '../../trainer/contract/run/runNotes.ts';
import {chooseCompared} from '../compare/chooseCompared.ts';
import {element, type Child} from '../dom.ts';
import type {Panel} from '../panel.ts';
import {sortHead, type SortOrder} from '../sortHead.ts';
import {button} from '../toolkit.ts';
import {cellText, type RunGroup, type RunRow} from './runRows.ts';

/** What the rows of the table have in common. */
export interface TableView {
  readonly columns: readonly string[];
  readonly compared: readonly string[];
  /** The run whose values others differ from. */
  readonly baseline: RunRow | null;
  readonly best: RunRow | null;
  readonly metric: string | null;
  readonly trusted: boolean;
}

/** The head, with a button for each column that sorts by it. */
export function headRow(
  columns: readonly string[],
  order: SortOrder | null,
  onSort: (column: string) => void,
): HTMLElement {
  const cells = columns.map((column) => sortHead(column, order, onSort));
  return element(
    'tr',
    {'aria-rowindex': '1'},
    element('td', {}, element('span', {class: 'visually-hidden'}, 'Choose')),
    ...cells,
    element('td'),
  );
}

/** A group as one row: its value, its size, and mean and standard deviation of each number. */
export function groupRow(
  {value, rows, spread}: RunGroup,
  column: string,
  columns: readonly string[],
  isOpen: boolean,
  onToggle: () => void,
): HTMLElement {
  const name = `${column}: ${value === '' ? 'none' : value} (${rows.length} ${rows.length === 1 ? 'run' : 'runs'})`;
  const opener = element(
    'button',
    {class: 'opener', title: name, 'aria-expanded': String(isOpen), 'data-key': `group ${value}`, onclick: onToggle},
    name,
  );
  const [, ...others] = columns;
  const cells = others.map((each) => {
    const found = spread.get(each);
    if (found === undefined) return element('td');
    const deviation = rows.length > 1 ? ` ± ${cellText(found.deviation)}` : '';
    return element('td', {}, `${cellText(found.mean)}${deviation}`);
  });
  return element(
    'tr',
    {class: 'run-group'},
    element('td'),
    element('th', {scope: 'row'}, opener),
    ...cells,
    element('td'),
  );
}

type Field = 'tags' | 'note';

/** Makes the rows of runs, one of which may have a cell that is being edited. */
export class RowMaker {
  readonly #panel: Panel;
  readonly #redraw: () => void;
  #runs: readonly RunView[] = [];
  editing: {readonly path: string; readonly field: Field} | null = null;

  constructor(panel: Panel, redraw: () => void) {
    this.#panel = panel;
    this.#redraw = redraw;
  }

  /** Whether these are not the runs of the last call. */
  areNew(runs: readonly RunView[]): boolean {
    const isSame = this.#runs === runs;
    this.#runs = runs;
    return !isSame;
  }

  row(row: RunRow, view: TableView): HTMLElement {
    const {run} = row;
    const isBest = view.best === row;
    const cells = view.columns.map((column) => this.#cell(row, column, view));
    const choice = element('input', {
      type: 'checkbox',
      checked: view.compared.includes(run.path),
      'aria-label': `Choose ${run.id}`,
      'data-key': `choose ${run.path}`,
      onchange: () => this.#choose(run),
    });
    const copy = button(`Copy the command of ${run.id}`, () => void this.#copy(run), {icon: 'copy'});
    return element(
      'tr',
      {class: isBest ? 'best-run' : null},
      element('td', {}, choice),
      ...cells,
      element('td', {}, copy),
    );
  }

  #cell({run, cells}: RunRow, column: string, {baseline, best, metric, trusted}: TableView): HTMLElement {
    const text = cellText(cells.get(column));
    if (column === 'id') return element('th', {scope: 'row'}, this.#opener(run));
    if ((column === 'tags' || column === 'note') && trusted)
      return element('td', {}, ...this.#editable(run, column, text));
    const differs =
      baseline !== null &&
      baseline.run !== run &&
      column in run.settings &&
      (cells.get(column) ?? null) !== (baseline.cells.get(column) ?? null);
    const isBest = best?.run === run && column === metric;
    const note = isBest ? element('span', {class: 'best-mark'}, ' best') : null;
    return element('td', {class: differs ? 'differs' : null, title: text}, text, note);
  }

  #opener(run: RunView): HTMLElement {
    const onclick = () => this.#panel.setPage({selected: run.path, range: null, tab: 'overview'});
    return element('button', {class: 'link', 'data-key': `open ${run.path}`, title: `Show ${run.id}`, onclick}, run.id);
  }

  #editable(run: RunView, field: Field, text: string): Child[] {
    const {editing} = this;
    const key = `${field} ${run.path}`;
    if (editing?.path !== run.path || editing.field !== field) {
      const onclick = () => this.#edit({path: run.path, field});
      const label = `${field === 'tags' ? 'Tags' : 'Note'} of ${run.id}: ${text === '' ? 'none' : text}. Edit`;
      return [
        element(
          'button',
          {class: 'edit', 'data-key': key, 'aria-label': label, title: 'Edit', onclick},
          text === '' ? '+' : text,
        ),
      ];
    }
    const shown = field === 'tags' ? run.tags.join(', ') : run.note;
    const input = element('input', {
      type: 'text',
      value: shown,
      'data-key': key,
      'aria-label': `${field} of ${run.id}`,
    });
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') void this.#write(run, field, input.value);
      if (event.key === 'Escape') this.#edit(null);
    });
    return [input];
  }

  #edit(editing: RowMaker['editing']): void {
    this.editing = editing;
    this.#redraw();
  }

  async #write(run: RunView, field: Field, text: string): Promise<void> {
    const tags = field === 'tags' ? tagsOf(text) : [...run.tags];
    const note = field === 'note' ? noteOf(text) : run.note;
    const request = {kind: 'notes', run: run.path, tags, note} as const;
    await this.#panel.request(request, `Could not write the ${field} of ${run.id}`);
    this.#edit(null);
  }

  #choose({path}: RunView): void {
    const isChosen = !this.#panel.state.page.compared.includes(path);
    if (!chooseCompared(this.#panel, path, isChosen)) this.#redraw();
  }

  async #copy({id, command}: RunView): Promise<void> {
    await navigator.clipboard.writeText(command);
    this.#panel.dispatch({type: 'notice', text: `Copied the command of ${id}: ${command}`});
  }
}
