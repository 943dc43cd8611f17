import type {RunTableState} from '../../trainer/contract/panel/runTableState.ts';
import {runTableCsv} from '../../trainer/contract/run/runTable/runTableCsv.ts';
import {saveCsv} from '../charts/saveCsv.ts';
import {element, Region, setText} from '../dom.ts';
import type {Panel, Tab} from '../panel.ts';
import {nextOrder, type SortOrder} from '../sortHead.ts';
import type {PanelState} from '../state.ts';
import {button, dropdown, textField} from '../toolkit.ts';
import {columnChooser} from './columnChooser.ts';
import {best, filtered, grouped, sorted, type RunRow} from './runRows.ts';
import {RunTableFactsMaker, type RunTableFacts} from './runTableFacts.ts';
import {groupRow, headRow, RowMaker, type TableView} from './runTableRows.ts';
import {VirtualRows} from './virtualRows.ts';

/** All runs as a table of their settings and scores: to sort, filter, group and choose from. */
export class RunsTab implements Tab {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #controls = new Region(element('div', {class: 'bar'}));
  readonly #columns = new Region(element('div'));
  readonly #told = element('p', {class: 'message', role: 'status'});
  readonly #rows = new VirtualRows('Runs with their settings and scores');
  readonly #maker: RowMaker;
  readonly #facts = new RunTableFactsMaker();
  readonly #chooser = {isOpen: false, search: ''};
  readonly #opened = new Set<string>();
  #key = '';

  constructor(panel: Panel) {
    this.#panel = panel;
    this.#maker = new RowMaker(panel, () => this.#redraw());
    const filter = textField('Filter', panel.state.page.runTable.filter, (text) => this.#set({filter: text}));
    filter.setAttribute('size', '30');
    filter.setAttribute('placeholder', 'updates>=200 & tags~good');
    filter.setAttribute(
      'title',
      'Conditions with & between them: a column (or the end of its name), one of = != < <= > >= ~ (contains), and a value. Other words are looked for in name, tags and note.',
    );
    const bar = element('div', {class: 'bar'}, filter, this.#controls.root);
    this.root = element('div', {}, element('h2', {}, 'Runs'), bar, this.#columns.root, this.#told, this.#rows.root);
  }

  update(state: PanelState): void {
    const {runTable, compared, baseline} = state.page;
    const facts = this.#facts.of(state.runs);
    const {scores, columns: every} = facts;
    const columns = runTable.columns ?? facts.usual;
    this.#controls.show([scores, every, runTable.metric, runTable.group, compared.length], () =>
      this.#controlParts(scores, every, state),
    );
    this.#columns.show([every, columns], () => [
      columnChooser(every, columns, this.#chooser, (chosen) => this.#set({columns: chosen})),
    ]);
    const key = JSON.stringify([runTable, columns, compared, baseline, this.#maker.editing, [...this.#opened]]);
    if (key === this.#key && !this.#maker.areNew(state.runs)) return;
    this.#key = key;
    this.#show(facts, columns, state);
  }

  restyle(): void {
    // Style sheets restyle everything here.
  }

  #show({rows: all, columns: every}: RunTableFacts, columns: readonly string[], {page, trusted}: PanelState): void {
    const {filter, order, group, metric} = page.runTable;
    const found = filtered(all, filter, every);
    const rows = inOrder(found ?? [], order);
    setText(this.#told, toldOf(all.length, found));
    const view: TableView = {
      columns,
      compared: page.compared,
      baseline: all.find(({run}) => run.path === page.baseline) ?? null,
      best: metric === null ? null : best(rows, metric),
      metric,
      trusted,
    };
    const makers =
      group === null ? rows.map((row) => () => this.#maker.row(row, view)) : this.#groupMakers(rows, group, view);
    this.#rows.show(
      headRow(columns, order, (column) => this.#sortBy(column)),
      makers.length,
      (i) => makers[i]?.() ?? element('tr'),
    );
  }

  #groupMakers(rows: readonly RunRow[], column: string, view: TableView): (() => HTMLElement)[] {
    return grouped(rows, column).flatMap((group) => {
      const isOpen = this.#opened.has(group.value);
      const head = () => groupRow(group, column, view.columns, isOpen, () => this.#toggle(group.value));
      return [head, ...(isOpen ? group.rows.map((row) => () => this.#maker.row(row, view)) : [])];
    });
  }

  #controlParts(scores: readonly string[], columns: readonly string[], {page, runs}: PanelState): HTMLElement[] {
    const named = (values: readonly string[]) => [
      {value: '', label: 'none'},
      ...values.map((value) => ({value, label: value})),
    ];
    const {metric, group} = page.runTable;
    const chosen = runs.filter(({path}) => page.compared.includes(path)).length;
    return [
      dropdown('Mark the best by', named(scores), metric ?? '', (value) => this.#set({metric: value || null})),
      dropdown('Group by', named(columns), group ?? '', (value) => this.#set({group: value || null})),
      button(`Compare (${chosen})`, () => this.#panel.setPage({tab: 'compare'}), {
        disabled: chosen === 0,
        title: chosen === 0 ? 'Choose runs by their boxes first' : `Compare ${chosen} chosen runs`,
      }),
      button('Save CSV', () => void this.#save()),
    ];
  }

  /** The rows as they are filtered and sorted, with the columns that are shown. */
  async #save(): Promise<void> {
    const {runs, page} = this.#panel.state;
    const {filter, order, columns} = page.runTable;
    const {rows: all, usual} = this.#facts.of(runs);
    const rows = inOrder(filtered(all, filter) ?? [], order);
    await saveCsv(
      this.#panel,
      'runs.csv',
      runTableCsv(
        rows.map(({cells}) => cells),
        columns ?? usual,
      ),
    );
  }

  #sortBy(column: string): void {
    this.#set({order: nextOrder(this.#panel.state.page.runTable.order, column)});
  }

  #toggle(group: string): void {
    if (!this.#opened.delete(group)) this.#opened.add(group);
    this.#redraw();
  }

  #set(change: Partial<RunTableState>): void {
    this.#panel.setPage({runTable: {...this.#panel.state.page.runTable, ...change}});
  }

  #redraw(): void {
    this.#panel.setPage({});
  }
}

function toldOf(all: number, found: readonly RunRow[] | null): string {
  if (all === 0) return 'There are no runs yet.';
  if (found === null) return 'The filter names a column that no run has, or several have: give more of its name.';
  const runs = all === 1 ? 'run' : 'runs';
  return found.length === all ? `${all} ${runs}` : `${found.length} of ${all} ${runs}`;
}

/** As the table shows them: the newest first, unless a column is chosen. */
function inOrder(rows: readonly RunRow[], order: SortOrder | null): RunRow[] {
  return order === null ? [...rows].reverse() : sorted(rows, order);
}
