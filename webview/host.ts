import {fromErrorRecord} from '../trainer/contract/errors.ts';
import {
  HostMessage,
  type PageMessage,
  type PanelReply,
  type PanelRequest,
  type Watch,
} from '../trainer/contract/panel/panel.ts';

import type {PreviewCommand} from '../trainer/contract/panel/preview.ts';

/** The interface that VS Code gives a webview; it can be acquired once. */
interface VsCodeApi {
  postMessage(message: PageMessage): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** A message that does not answer a request. */
export type HostNews = Exclude<HostMessage, {type: 'reply' | 'refused'}>;

interface Pending {
  resolve(reply: PanelReply): void;
  reject(error: Error): void;
}

/** The channel to the extension. Every message is validated; an invalid one is reported as an error. */
export class Host {
  readonly #api = acquireVsCodeApi();
  readonly #pending = new Map<number, Pending>();
  readonly #onNews: (news: HostNews) => void;
  #nextId = 1;
  #watch = '';

  constructor(onNews: (news: HostNews) => void) {
    this.#onNews = onNews;
    window.addEventListener('message', (event: MessageEvent<unknown>) => this.#receive(event.data));
  }

  get saved(): unknown {
    return this.#api.getState();
  }

  save(state: unknown): void {
    this.#api.setState(state);
  }

  ready(): void {
    this.#watch = '';
    this.#api.postMessage({type: 'ready'});
  }

  /** Tells the extension what data the page needs, if that has changed. */
  watch(watch: Watch): void {
    const text = JSON.stringify(watch);
    if (text === this.#watch) return;
    this.#watch = text;
    this.#api.postMessage({type: 'watch', watch});
  }

  select(run: string): void {
    this.#api.postMessage({type: 'selected', run});
  }

  preview(command: PreviewCommand): void {
    this.#api.postMessage({type: 'preview', command});
  }

  /** Resolves with the reply; rejects with the error of the extension. */
  request(request: PanelRequest): Promise<PanelReply> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, {resolve, reject});
      this.#api.postMessage({type: 'request', id, request});
    });
  }

  #receive(data: unknown): void {
    const parsed = HostMessage.safeParse(data);
    if (!parsed.success) {
      const text = 'The extension sent a message that the panel does not understand.';
      this.#onNews({type: 'error', error: {code: 'message-invalid', message: text}});
    } else if (parsed.data.type === 'reply') {
      this.#take(parsed.data.id)?.resolve(parsed.data.reply);
    } else if (parsed.data.type === 'refused') {
      this.#take(parsed.data.id)?.reject(fromErrorRecord(parsed.data.error));
    } else {
      this.#onNews(parsed.data);
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}
