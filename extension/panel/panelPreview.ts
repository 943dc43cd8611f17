import {toErrorRecord} from '../../trainer/contract/errors.ts';
import type {PreviewNews, PreviewOrder} from '../../trainer/contract/panel/preview.ts';
import type {PreviewProcess} from '../../trainer/launch/previewProcess.ts';
import type {Run} from '../runs/run.ts';

/** Starts a preview of a run, or throws why not. */
export type StartPreview = (run: Run, onNews: (news: PreviewNews) => void) => Promise<PreviewProcess>;

/** The one preview of a panel: never more than one process, and none when nobody looks. */
export class PanelPreview {
  readonly #start: StartPreview;
  readonly #post: (news: PreviewNews) => void;
  #run: string | null = null;
  #process: PreviewProcess | null = null;
  #isReady = false;
  /** Which start is the last one: an older one that comes up late is ended. */
  #turn = 0;

  constructor(start: StartPreview, post: (news: PreviewNews) => void) {
    this.#start = start;
    this.#post = post;
  }

  /** Starts a preview of a run in place of the one that is there. Errors go to the page. */
  async start(run: Run): Promise<void> {
    this.end();
    const turn = this.#turn;
    this.#run = run.path;
    try {
      const started = await this.#start(run, (news) => this.#onMessage(turn, news));
      if (turn === this.#turn) this.#process = started;
      else started.end();
    } catch (error) {
      this.#onMessage(turn, {kind: 'ended', error: toErrorRecord(error)});
    }
  }

  /** Passes an order on; before the models are loaded there is nothing to order. */
  order(order: PreviewOrder): void {
    if (this.#isReady) this.#process?.order(order);
  }

  /** A merge of a run was saved: from now on it is drawn beside. */
  saved(run: Run, path: string): void {
    if (run.path === this.#run) this.order({kind: 'saved', path});
  }

  end(): void {
    this.#turn++;
    this.#isReady = false;
    this.#process?.end();
    this.#process = null;
  }

  #onMessage(turn: number, news: PreviewNews): void {
    if (turn !== this.#turn) return;
    if (news.kind === 'ready') this.#isReady = true;
    if (news.kind === 'ended') this.end();
    this.#post(news);
  }
}
