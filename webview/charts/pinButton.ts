import {seriesTitle, type CurveSeries} from '../../trainer/contract/run/curveBins.ts';
import {element, Region} from '../dom.ts';
import type {Panel} from '../panel.ts';
import {button} from '../toolkit.ts';

/** Pins a chart to the top of the charts, or lets it go. */
export class PinButton {
  readonly root = element('span', {class: 'chart-pin'});
  readonly #region = new Region(this.root);
  readonly #panel: Panel;
  readonly #series: CurveSeries;

  constructor(panel: Panel, series: CurveSeries) {
    this.#panel = panel;
    this.#series = series;
  }

  show(pinned: readonly CurveSeries[]): void {
    const isPinned = pinned.includes(this.#series);
    this.#region.show(isPinned, () => {
      const title = seriesTitle(this.#series);
      const label = isPinned ? `Unpin ${title}` : `Pin ${title} to the top`;
      const made = button(label, () => this.#toggle(), {icon: isPinned ? 'pinned' : 'pin'});
      // The same control under another name: it keeps the focus.
      made.setAttribute('data-key', 'pin');
      return [made];
    });
  }

  #toggle(): void {
    const {pinned} = this.#panel.state.page;
    const others = pinned.filter((name) => name !== this.#series);
    this.#panel.setPage({pinned: others.length === pinned.length ? [...pinned, this.#series] : others});
  }
}
