import {countText} from '../../trainer/chart/tickText.ts';
import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import {startsAt, type KeptWeights} from '../../trainer/contract/run/snapshots/keptWeights.ts';
import type {PointPlace} from '../charts/chartGroup.ts';
import {element, Region} from '../dom.ts';
import type {Panel} from '../panel.ts';
import {imageSteps} from '../samples/imageSteps.ts';
import {button} from '../toolkit.ts';
import {keptText} from './keptText.ts';
import {nearestOf} from './pointNeighbours.ts';

/** Pixels between the mark and the menu, and the width of the menu; must match `style.css`. */
const gap = 14;
const width = 250;

/** What there is at an update that was chosen in a chart: the samples nearest to it, and the weights that a new run can start from. */
export class PointMenu {
  readonly root = element('div', {class: 'point-menu', role: 'dialog', 'aria-label': 'Chosen update', hidden: true});
  readonly #region = new Region(this.root);
  readonly #panel: Panel;
  readonly #onClose: () => void;
  #update: number | null = null;
  /** What a run keeps of its experts; null while that is asked. */
  #kept: readonly KeptWeights[] | null = null;
  #isNew = false;

  /** `onClose` takes the focus back. */
  constructor(panel: Panel, onClose: () => void) {
    this.#panel = panel;
    this.#onClose = onClose;
    this.root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#close();
    });
  }

  /** `place`: the mark of the update. */
  choose(update: number, place: PointPlace): void {
    this.#update = update;
    this.#isNew = true;
    this.#placeAt(place);
    this.#panel.setPage({});
  }

  show(run: RunView, trusted: boolean): void {
    const update = this.#update;
    const step = update === null ? null : nearestOf(imageSteps(run.images), update);
    if (this.#isNew) void this.#ask(run.path);
    this.root.hidden = update === null;
    this.#region.show([run.path, run.ranges, update, step, this.#kept, trusted], () =>
      update === null ? [] : this.#parts(run, {update, step, trusted}),
    );
    if (!this.#isNew) return;
    this.#isNew = false;
    this.root.querySelector<HTMLElement>('vscode-button:not([disabled])')?.focus();
  }

  async #ask(run: string): Promise<void> {
    this.#kept = null;
    const reply = await this.#panel.request({kind: 'kept', run}, 'Could not find out what the run keeps');
    this.#kept = reply?.kind === 'kept' ? reply.weights : [];
    this.#panel.setPage({});
  }

  #parts(
    run: RunView,
    {update, step, trusted}: {update: number; step: number | null; trusted: boolean},
  ): HTMLElement[] {
    const samples =
      step === null
        ? element('span', {class: 'faint'}, 'No samples were drawn while training.')
        : button(`Samples of update ${countText(step)}`, () => this.#showSamples(step));
    const kept = this.#kept;
    const canFork = trusted && kept !== null && startsAt(kept, update).length > 0;
    const fork = button('Fork from here', () => void this.#fork(run.path, update), {
      disabled: !canFork,
      title: trusted
        ? 'Write a config whose experts start from these weights, and open it'
        : 'Needs a trusted workspace',
    });
    const head = element(
      'div',
      {class: 'point-head'},
      element('strong', {}, `Update ${countText(update)}`),
      button('Close', () => this.#close(), {icon: 'close'}),
    );
    return [
      element('div', {class: 'group'}, samples, fork),
      element(
        'div',
        {class: 'faint', role: 'status'},
        kept === null ? 'Looking what is kept …' : keptText(run, kept, update),
      ),
      head,
    ];
  }

  async #fork(run: string, update: number): Promise<void> {
    const reply = await this.#panel.request({kind: 'fork', run, update}, 'Could not fork the run');
    if (reply?.kind === 'written' && reply.path) this.#panel.dispatch({type: 'notice', text: `Wrote ${reply.path}`});
  }

  /** Beside the mark, on the side where there is room; it must not move what it is for. */
  #placeAt({left: at, top}: PointPlace): void {
    const frame = this.root.parentElement?.getBoundingClientRect();
    if (frame === undefined) return;
    const x = at - frame.left;
    const [right, left] = [x + gap, x - gap - width];
    const most = Math.max(0, frame.width - width);
    const isLeft = right > most && (left >= 0 || x > frame.width / 2);
    this.root.style.left = `${isLeft ? Math.max(0, left) : Math.min(right, most)}px`;
    this.root.style.top = `${Math.max(0, top - frame.top + gap)}px`;
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
