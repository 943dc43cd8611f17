import type {RunView} from '../../../trainer/contract/panel/panelViews.ts';
import {toRunList, type RunList} from '../../../trainer/contract/panel/runList.ts';
import type {Run} from '../../runs/run.ts';
import type {Milestones} from '../milestones.ts';
import {runListing} from './runListing.ts';
import {runView} from './runView.ts';

/** Views of runs for one page: whole ones of those that it shows or has compared, of all others what lists and tables show. */
export class RunViews {
  readonly #milestones: Milestones;
  readonly #source: (file: string) => string;

  /** @param source gives the address under which the page finds a file */
  constructor(milestones: Milestones, source: (file: string) => string) {
    this.#milestones = milestones;
    this.#source = source;
  }

  whole(run: Run): RunView {
    return runView(run, this.#milestones.known(run) ?? [], this.#source);
  }

  of(run: Run): RunView {
    return this.#milestones.known(run) === null ? runListing(run) : this.whole(run);
  }

  /** All of them, `shown` whole. */
  list(runs: readonly Run[], shown: Run | undefined): RunList {
    return toRunList(runs.map((run) => (run === shown ? this.whole(run) : this.of(run))));
  }
}
