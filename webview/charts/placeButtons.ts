import {seriesTitle, type CurveSeries} from '../../trainer/contract/run/curveBins.ts';
import {element, Region} from '../dom.ts';
import type {Panel} from '../panel.ts';
import {button} from '../toolkit.ts';
import {withPlaceTaken} from './chartOrder.ts';

/** Buttons that move a chart before or behind its neighbour, and pin it to the top or let it go. */
export class PlaceButtons {
  readonly root = element('span', {class: 'chart-place'});
  readonly #region = new Region(this.root);
  readonly #panel: Panel;
  readonly #series: CurveSeries;

  constructor(panel: Panel, series: CurveSeries) {
    this.#panel = panel;
    this.#series = series;
  }

  /** `shown`: the charts in the order in which they stand. A pinned chart moves among the pinned ones, as the others do among themselves. */
  show(shown: readonly CurveSeries[]): void {
    const {pinned} = this.#panel.state.page;
    const isPinned = pinned.includes(this.#series);
    const group = shown.filter((name) => pinned.includes(name) === isPinned);
    const at = group.indexOf(this.#series);
    const [before, behind] = [group[at - 1], group[at + 1]];
    const hadFocus = this.root.contains(document.activeElement);
    this.#region.show([isPinned, before, behind], () => {
      const title = seriesTitle(this.#series);
      const move = (where: 'earlier' | 'later', to: CurveSeries | undefined) =>
        this.#button(
          where,
          `Move ${title} ${where}`,
          where === 'earlier' ? 'arrow-left' : 'arrow-right',
          () => {
            if (to !== undefined) this.#panel.setPage(withPlaceTaken(this.#panel.state.page, this.#series, to));
          },
          to === undefined,
        );
      const label = isPinned ? `Unpin ${title}` : `Pin ${title} to the top`;
      return [
        move('earlier', before),
        move('later', behind),
        this.#button('pin', label, isPinned ? 'pinned' : 'pin', () => this.#togglePin()),
      ];
    });
    // A button that a move has switched off cannot keep the focus.
    if (hadFocus && !this.root.contains(document.activeElement)) this.#focusFirst();
  }

  /** Another name or state of the same control keeps the focus by its key. */
  #button(key: string, label: string, icon: string, onClick: () => void, disabled = false): HTMLElement {
    const made = button(label, onClick, {icon, disabled});
    made.setAttribute('data-key', key);
    return made;
  }

  #focusFirst(): void {
    this.root.querySelector<HTMLElement>('vscode-button:not([disabled])')?.focus();
  }

  #togglePin(): void {
    const {pinned} = this.#panel.state.page;
    const others = pinned.filter((name) => name !== this.#series);
    this.#panel.setPage({pinned: others.length === pinned.length ? [...pinned, this.#series] : others});
  }
}
