import type {BoundTest, MergeBound} from '../../../trainer/contract/run/measured/mergeBound.ts';
import {mergeBoundCsv} from '../../../trainer/contract/run/measured/mergeBoundCsv.ts';
import {directionText} from '../../../trainer/contract/scores/estimate.ts';
import {saveCsv} from '../../charts/saveCsv.ts';
import {disclosure, element, setChildren, table} from '../../dom.ts';
import {estimateText, numberText} from '../../numberText.ts';
import type {Panel} from '../../panel.ts';
import {button} from '../../toolkit.ts';
import type {MeasuredView} from '../measuredSection.ts';

/** A bound as text and tables: what holds on test images, the losses on the way, and the weights by part of the network. */
export class BoundView implements MeasuredView<MergeBound> {
  readonly root = element('div');
  #bound: MergeBound | null = null;

  constructor(private readonly panel: Panel) {}

  show(bounds: readonly MergeBound[]): void {
    const bound = bounds[0] ?? null;
    if (JSON.stringify(bound) === JSON.stringify(this.#bound)) return;
    this.#bound = bound;
    if (bound === null) return setChildren(this.root);
    setChildren(
      this.root,
      element('p', {}, summary(bound)),
      bound.test && testTable(bound.test),
      bound.parts.length === 0 ? null : weightTable(bound),
      disclosure('Validation loss by step', () => curveTable(bound)),
    );
  }

  exports(): HTMLElement[] {
    return [button('Save weights as CSV', () => void this.#saveCsv())];
  }

  /** Tables take their colours from the page. */
  restyle(): void {}

  async #saveCsv(): Promise<void> {
    if (this.#bound !== null) await saveCsv(this.panel, 'merge-bound.csv', mergeBoundCsv(this.#bound));
  }
}

function summary({experts, start, curve, best, state, test, recipe}: MergeBound): string {
  const tensors = Object.keys(start).length;
  const steps = state === null ? recipe.steps : `${state.step} of ${recipe.steps}`;
  return [
    `${experts} experts, ${tensors} tensors, ${steps} steps of Adam on ${recipe.images} validation images.`,
    `Their loss went from ${numberText(curve[0]?.loss)} to ${numberText(best?.loss)} after ${best?.step ?? 0} steps.`,
    ...(test === null ? [] : [`On test images best minus start is ${directionText(test.gain)}.`]),
  ].join(' ');
}

function testTable({images, models, gain}: BoundTest): HTMLElement {
  const rows = models.map(({model, loss, differenceToBase}) => [
    model,
    estimateText(loss),
    model === 'base' ? '' : estimateText(differenceToBase),
  ]);
  return table(
    `On ${images} test images, which no weights were chosen on`,
    ['Model', 'Loss', 'Difference (paired)'],
    [...rows, ['best minus start', '', estimateText(gain)]],
  );
}

function weightTable({parts}: MergeBound): HTMLElement {
  const rows = parts.flatMap(({name, tensors, start, mean, least, most}) =>
    mean.map((value, i) => [
      `${name}, expert ${i}`,
      String(tensors),
      numberText(start[i]),
      numberText(value),
      `${numberText(least[i])} to ${numberText(most[i])}`,
    ]),
  );
  return table('Weights over the tensors of each part', ['Part', 'Tensors', 'Start', 'Mean', 'Least to most'], rows);
}

function curveTable({curve}: MergeBound): HTMLElement {
  return table(
    'Loss of all validation images, on the same draws',
    ['Step', 'Loss'],
    curve.map(({step, loss}) => [String(step), numberText(loss)]),
  );
}
