import {columnsIn} from '../../trainer/contract/run/runTable/runTableCsv.ts';
import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import {rowOf, scoreColumns, usualColumns, type RunRow} from './runRows.ts';

/** What follows from the runs of a table alone. */
export interface RunTableFacts {
  /** In the order of the runs. */
  readonly rows: readonly RunRow[];
  /** All columns that some run has a value in. */
  readonly columns: readonly string[];
  readonly scores: readonly string[];
  readonly usual: readonly string[];
}

/** Computes the facts again only for other runs: of 2,000 they take longer than a frame. */
export class RunTableFactsMaker {
  #last: {readonly runs: readonly RunView[]; readonly facts: RunTableFacts} | null = null;

  of(runs: readonly RunView[]): RunTableFacts {
    if (this.#last?.runs !== runs) this.#last = {runs, facts: factsOf(runs)};
    return this.#last.facts;
  }
}

function factsOf(runs: readonly RunView[]): RunTableFacts {
  const rows = runs.map(rowOf);
  const columns = columnsIn(rows.map(({cells}) => cells));
  return {rows, columns, scores: scoreColumns(rows), usual: usualColumns(rows)};
}
