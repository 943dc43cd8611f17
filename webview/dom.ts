import {withoutBackticks} from '../trainer/contract/printable.ts';

export type Child = Node | string | null | undefined;
type Listener = (event: Event) => void;
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined | Listener>>;

/** Creates an element with attributes, event listeners (`onclick` …) and children. An attribute that is false or null is left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes?: Attributes,
  ...children: readonly Child[]
): HTMLElementTagNameMap[K];
export function element(tag: string, attributes?: Attributes, ...children: readonly Child[]): HTMLElement;
export function element(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(made, name, value);
  made.append(...present(children));
  return made;
}

/** Replaces all children. */
export function setChildren(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren(...present(children));
}

/** Sets a text only if it has changed, so that a screen reader does not read it twice. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** A part of the page that is rebuilt only when its content has changed. */
export class Region {
  #key: string | null = null;
  /** What came while a list was open. */
  #late: (() => void) | null = null;
  /** That list. */
  #open: Element | null = null;

  constructor(readonly root: HTMLElement) {}

  /**
   * `key` contains everything that `build` depends on; it is compared as JSON. The focused control keeps the focus, and a list in which someone
   * is choosing stays open: what is new shows once it is closed.
   */
  show(key: unknown, build: () => readonly Child[]): void {
    const text = JSON.stringify(key);
    this.#late = null;
    if (text === this.#key) return;
    const list = this.root.querySelector('vscode-dropdown[open]');
    if (list !== null) {
      this.#late = () => this.show(key, build);
      this.#showOnceClosed(list);
      return;
    }
    this.#key = text;
    const focused = this.root.contains(document.activeElement)
      ? document.activeElement?.getAttribute('data-key')
      : null;
    setChildren(this.root, ...build());
    if (focused) this.root.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #showOnceClosed(list: Element): void {
    if (list === this.#open) return;
    this.#open = list;
    whenClosed(list, () => {
      if (list === this.#open) this.#open = null;
      afterPress(this.root, () => this.#late?.());
    });
  }
}

function whenClosed(list: Element, onClosed: () => void): void {
  const observer = new MutationObserver(() => {
    if (list.hasAttribute('open')) return;
    observer.disconnect();
    onClosed();
  });
  observer.observe(list, {attributeFilter: ['open']});
}

/** The press that has closed a list may be on another control, which must be there until it has become a click and has had its effect. */
function afterPress(root: Element, done: () => void): void {
  if (!root.matches(':active')) return done();
  // A list that the click opens says so with the next frame.
  const later = () => void setTimeout(() => requestAnimationFrame(done));
  addEventListener('pointerup', later, {once: true});
}

/** The parts of a cell: one, or several. */
export type Cell = Child | readonly Child[];

/** A table with a caption. The first cell of each row is the row's header. */
export function table(caption: string, head: readonly Cell[], rows: readonly (readonly Child[])[]): HTMLElement {
  const headCells = head.map((cell) => element('th', {scope: 'col'}, ...(isParts(cell) ? cell : [cell])));
  const bodyRows = rows.map(([first, ...cells]) =>
    element('tr', {}, element('th', {scope: 'row'}, first), ...cells.map((cell) => element('td', {}, cell))),
  );
  const parts = [element('thead', {}, element('tr', {}, ...headCells)), element('tbody', {}, ...bodyRows)];
  const whole = element('table', {}, element('caption', {}, caption), ...parts);
  // A wide table scrolls on its own; what scrolls must be reachable by keyboard.
  return element('div', {class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': caption}, whole);
}

function isParts(cell: Cell): cell is readonly Child[] {
  return Array.isArray(cell);
}

/** A part, closed unless `isOpen`, whose content is created when it is opened for the first time. */
export function disclosure(title: string, make: () => HTMLElement, isOpen = false): HTMLDetailsElement {
  const content = element('div');
  const made = element('details', {}, element('summary', {}, title), content);
  made.addEventListener('toggle', () => {
    if (made.open && content.childElementCount === 0) content.append(make());
  });
  if (isOpen) content.append(make());
  made.open = isOpen;
  return made;
}

export function message(text: string, kind: 'empty' | 'error' = 'empty'): HTMLElement {
  return element('p', {class: `message ${kind}`, role: kind === 'error' ? 'alert' : null}, withoutBackticks(text));
}

function setAttribute(target: HTMLElement, name: string, value: Attributes[string]): void {
  if (typeof value === 'function') target.addEventListener(name.slice(2), value);
  else if (value === true) target.setAttribute(name, '');
  else if (value !== false && value !== null && value !== undefined) target.setAttribute(name, String(value));
}

function present(children: readonly Child[]): (Node | string)[] {
  return children.filter((child) => child !== null && child !== undefined);
}

const arrows: Readonly<Record<string, readonly [right: number, up: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The step (right, up) of an arrow key; undefined for any other key. */
export function arrowStep({key}: KeyboardEvent): readonly [right: number, up: number] | undefined {
  return arrows[key];
}
