import type {HostMessage} from '../../trainer/contract/panel/panel.ts';
import type {PanelScope} from './panelRequests.ts';
import type {PanelWish} from './panelWish.ts';
import {studySummary} from './studyViews.ts';

/** Tells the page of a panel of the studies, matrices and benchmarks of its runs; nothing before it has its runs. */
export class PanelStudies {
  readonly #scope: PanelScope;
  readonly #post: (message: HostMessage) => void;
  readonly #wish: PanelWish;
  #isReady = false;

  constructor(scope: PanelScope, post: (message: HostMessage) => void, wish: PanelWish) {
    this.#scope = scope;
    this.#post = post;
    this.#wish = wish;
  }

  /** The page has its runs, or has them anew. */
  begin(): void {
    this.#isReady = true;
    this.changed();
  }

  /** One has come, gone or been written. */
  changed(): void {
    if (!this.#isReady) return;
    const runs = this.#scope.runs();
    this.#post({type: 'studies', studies: this.#scope.studies().map((study) => studySummary(study, runs))});
  }

  /** Shows the study of a file. */
  show(path: string): void {
    this.#wish.show({type: 'showStudy', path});
  }
}
