import {countText} from '../../trainer/chart/tickText.ts';
import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import {element, Region} from '../dom.ts';
import type {Panel} from '../panel.ts';
import {imageSteps} from '../samples/imageSteps.ts';
import {button} from '../toolkit.ts';
import {lastCheckpoints, nearestOf} from './pointNeighbours.ts';

/** What there is at an update that was chosen in a chart: the samples nearest to it, and the last checkpoints that were written by then. */
export class PointMenu {
  readonly root = element('span', {class: 'group point-menu', role: 'group', 'aria-label': 'Chosen update'});
  readonly #region = new Region(this.root);
  readonly #panel: Panel;
  readonly #onClose: () => void;
  #update: number | null = null;
  #isNew = false;

  /** `onClose` takes the focus back. */
  constructor(panel: Panel, onClose: () => void) {
    this.#panel = panel;
    this.#onClose = onClose;
    this.root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#close();
    });
  }

  choose(update: number): void {
    this.#update = update;
    this.#isNew = true;
    this.#panel.setPage({});
  }

  show(run: RunView): void {
    const update = this.#update;
    const step = update === null ? null : nearestOf(imageSteps(run.images), update);
    const written = update === null ? [] : lastCheckpoints(run.checkpoints, update);
    this.#region.show([run.path, update, step, written], () =>
      update === null ? [] : this.#parts(update, step, written),
    );
    if (!this.#isNew) return;
    this.#isNew = false;
    this.root.querySelector<HTMLElement>('vscode-button')?.focus();
  }

  #parts(update: number, step: number | null, written: readonly {stage: string; update: number}[]): HTMLElement[] {
    const samples =
      step === null
        ? element('span', {class: 'faint'}, 'no samples were drawn while training')
        : button(`Samples of update ${countText(step)}`, () => this.#showSamples(step));
    return [
      element('strong', {}, `Update ${countText(update)}`),
      samples,
      button('Close', () => this.#close(), {icon: 'close'}),
      element('span', {class: 'faint'}, checkpointText(written)),
    ];
  }

  #showSamples(sampleStep: number): void {
    this.#panel.setPage({tab: 'samples', sampleStep});
    document.getElementById('tab-samples')?.focus();
  }

  #close(): void {
    this.#update = null;
    this.#panel.setPage({});
    this.#onClose();
  }
}

/** `last checkpoint by then: update 100`, or the update of each stage where they differ. */
function checkpointText(written: readonly {stage: string; update: number}[]): string {
  const [first] = written;
  if (first === undefined) return 'no checkpoint by then';
  const isAlike = written.every(({update}) => update === first.update);
  const each = written.map(({stage, update}) => `${stage} ${countText(update)}`).join(', ');
  return `last checkpoint by then: ${isAlike ? `update ${countText(first.update)}` : each}`;
}
