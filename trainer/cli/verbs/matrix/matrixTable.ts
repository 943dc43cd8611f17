import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {MatrixResult} from '../../../contract/matrix/matrixResult.ts';
import type {MatrixCell} from '../../../pipeline/matrix/matrixCells.ts';
import {matrixMarkdown, type PagePicture} from '../../../pipeline/matrix/matrixMarkdown.ts';
import {matrixResult, type CellRun} from '../../../pipeline/matrix/matrixResult.ts';
import {writeFileAtomic} from '../../../store/files/atomicFile.ts';
import {writeJsonAtomic} from '../../../store/files/jsonFile.ts';
import {plannedRun, type MatrixPlan, type PlannedRun} from './planMatrix.ts';

/** The files of a table, written whenever a run begins or ends, with what there is by then: for those who watch it, and for a stop at any time. */
export class MatrixTable {
  /** The page for people. */
  readonly page: string;
  readonly #running = new Map<PlannedRun, string>();
  readonly #ended = new Map<PlannedRun, CellRun>();
  #writing: Promise<unknown> = Promise.resolve();

  constructor(readonly plan: MatrixPlan) {
    this.page = join(plan.out, `${plan.stem}.md`);
  }

  /** Notes a run that has begun, and its name. */
  async begin(run: PlannedRun, id: string): Promise<void> {
    this.#running.set(run, id);
    await this.#inTurn(() => this.#writeRecord());
  }

  /** Notes what a run has come to. */
  async end(run: PlannedRun, made: CellRun): Promise<void> {
    this.#running.delete(run);
    this.#ended.set(run, made);
    await this.#inTurn(async () => this.#writePage(await this.#writeRecord()));
  }

  /** The table as it is. */
  get result(): MatrixResult {
    const {about, runs, conclude} = this.plan;
    const running = runs.flatMap((run) => {
      const id = this.#running.get(run);
      return id === undefined ? [] : [{...plannedRun(run), run: id}];
    });
    const table = {...matrixResult(about, this.#cells()), running};
    if (conclude === undefined) return table;
    const soFar = `${this.#ended.size} of ${runs.length} runs are done; what is concluded comes with the last.`;
    return {...table, verdicts: this.#ended.size === runs.length ? conclude(table.rows) : [soFar]};
  }

  /** Runs that have no result. */
  get failed(): number {
    return [...this.#ended.values()].filter(({error}) => error !== null).length;
  }

  /** In the order of the plan, whichever ended first. */
  #cells(): Map<MatrixCell, CellRun[]> {
    const cells = new Map<MatrixCell, CellRun[]>();
    for (const run of this.plan.runs) {
      const made = this.#ended.get(run);
      if (made) cells.set(run.cell, [...(cells.get(run.cell) ?? []), made]);
    }
    return cells;
  }

  /** Two runs may end at the same time. */
  async #inTurn<T>(write: () => Promise<T>): Promise<T> {
    const turn = this.#writing.catch(() => undefined).then(write);
    this.#writing = turn;
    return turn;
  }

  async #writeRecord(): Promise<MatrixResult> {
    const {result} = this;
    await mkdir(this.plan.out, {recursive: true});
    await writeJsonAtomic(join(this.plan.out, `${this.plan.stem}.json`), result);
    return result;
  }

  async #writePage(result: MatrixResult): Promise<void> {
    const {out, stem, illustrate} = this.plan;
    const pictures: PagePicture[] = [];
    for (const {name, alt, content} of (await illustrate?.(this.#cells(), result.rows)) ?? []) {
      const file = `${stem}-${name}`;
      await writeFileAtomic(join(out, file), content);
      pictures.push({file, alt});
    }
    await writeFileAtomic(this.page, matrixMarkdown(result, pictures));
  }
}
