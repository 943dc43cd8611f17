import type {HostMessage} from '../../trainer/contract/panel/panel.ts';
import type {PanelScope} from './panelRequests.ts';
import {studySummary} from './studyViews.ts';

/** Tells the page of a panel of the studies, matrices and benchmarks of its runs; nothing before it has its runs. */
export class PanelStudies {
  readonly #scope: PanelScope;
  readonly #post: (message: HostMessage) => void;
  /** One that the page is to show as soon as it can. */
  #wanted: string | null = null;
  #isReady = false;

  constructor(scope: PanelScope, post: (message: HostMessage) => void) {
    this.#scope = scope;
    this.#post = post;
  }

  /** The page has its runs, or has them anew. */
  begin(): void {
    this.#isReady = true;
    this.changed();
    this.#postWanted();
  }

  /** One has come, gone or been written. */
  changed(): void {
    if (!this.#isReady) return;
    const runs = this.#scope.runs();
    this.#post({type: 'studies', studies: this.#scope.studies().map((study) => studySummary(study, runs))});
  }

  /** Shows the study of a file. */
  show(path: string): void {
    this.#wanted = path;
    if (this.#isReady) this.#postWanted();
  }

  #postWanted(): void {
    const path = this.#wanted;
    this.#wanted = null;
    if (path !== null) this.#post({type: 'showStudy', path});
  }
}
