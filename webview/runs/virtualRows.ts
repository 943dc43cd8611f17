import {element, setChildren} from '../dom.ts';

/** Pixels of a row, which the style sheet keeps to. */
export const rowHeight = 28;
/** Rows beyond those in view, so that scrolling shows none that is empty. */
const margin = 8;

/**
 * The body of a table in a box that scrolls, of which only the rows in view are there: two spacers stand for the others. A row is made by `make`, again
 * whenever it comes into view.
 */
export class VirtualRows {
  readonly root: HTMLElement;
  readonly #head = element('thead');
  readonly #body = element('tbody');
  readonly #table: HTMLElement;
  #count = 0;
  #make: (index: number) => HTMLElement = () => element('tr');
  #shown = '';

  constructor(caption: string) {
    this.#table = element(
      'table',
      {class: 'run-table'},
      element('caption', {class: 'visually-hidden'}, caption),
      this.#head,
      this.#body,
    );
    const attributes = {class: 'run-table-box', role: 'region', tabindex: '0', 'aria-label': caption};
    this.root = element('div', attributes, this.#table);
    this.root.addEventListener('scroll', () => this.#draw());
  }

  /** Shows so many rows below a head. */
  show(head: HTMLElement, count: number, make: (index: number) => HTMLElement): void {
    const focused = this.#focusedKey();
    setChildren(this.#head, head);
    [this.#count, this.#make, this.#shown] = [count, make, ''];
    this.#table.setAttribute('aria-rowcount', String(count + 1));
    this.#draw();
    if (focused !== null) this.#table.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #draw(): void {
    const first = Math.max(0, Math.floor(this.root.scrollTop / rowHeight) - margin);
    const end = Math.min(this.#count, first + Math.ceil((this.root.clientHeight || 600) / rowHeight) + 2 * margin);
    const shown = `${first} ${end}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const focused = this.#focusedKey();
    const rows = Array.from({length: end - first}, (_, i) => {
      const row = this.#make(first + i);
      row.setAttribute('aria-rowindex', String(first + i + 2));
      return row;
    });
    setChildren(this.#body, spacer(first), ...rows, spacer(this.#count - end));
    if (focused !== null) this.#body.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #focusedKey(): string | null {
    const focused = document.activeElement;
    return this.#table.contains(focused) ? (focused?.getAttribute('data-key') ?? null) : null;
  }
}

function spacer(rows: number): HTMLElement | null {
  if (rows === 0) return null;
  return element('tr', {class: 'spacer', 'aria-hidden': 'true', style: `height: ${rows * rowHeight}px`});
}
