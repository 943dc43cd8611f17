import type {HostMessage} from '../../trainer/contract/panel/panel.ts';

type Wish = Extract<HostMessage, {type: 'showStudy' | 'showCompared'}>;

/** What a panel that is opened shows first: the study of this file, or these runs beside each other, all compared with the first. */
export interface ShownFirst {
  readonly study?: string;
  /** Run folders. */
  readonly compared?: readonly string[];
}

/** What the user wants a panel to show: the page is told as soon as it has its runs. */
export class PanelWish {
  readonly #post: (message: HostMessage) => void;
  #wanted: Wish | null = null;
  #isReady = false;

  constructor(post: (message: HostMessage) => void) {
    this.#post = post;
  }

  /** The page has its runs, or has them anew. */
  begin(): void {
    this.#isReady = true;
    this.#tell();
  }

  show(wish: Wish): void {
    this.#wanted = wish;
    if (this.#isReady) this.#tell();
  }

  #tell(): void {
    const wish = this.#wanted;
    this.#wanted = null;
    if (wish !== null) this.#post(wish);
  }
}
