import type {Report} from '../../trainer/contract/report.ts';
import type {RunDetails, RunView} from '../../trainer/contract/panelViews.ts';
import {neededDetails, recipeList} from '../details.ts';
import {element, message, Region, table} from '../dom.ts';
import {numberText} from '../numberText.ts';
import type {Panel, Tab} from '../panel.ts';
import type {PanelState} from '../state.ts';
import {button, numberField, setDisabled} from '../toolkit.ts';
import {rangeRows} from './rangeRows.ts';
import {foundParts} from './foundParts.ts';
import {LossPlaneView} from './lossPlane.ts';

const shownCandidates = 12;

/** The merge weights, what they change in each range of timesteps, and a merge with weights of one's own. */
export class MergeTab implements Tab {
  readonly root = element('div');
  readonly #panel: Panel;
  readonly #region = new Region(this.root);
  readonly #result = element('p', {class: 'message', role: 'status'});
  readonly #plane: LossPlaneView;
  #weights: (number | null)[] = [];
  #isBusy = false;

  constructor(panel: Panel) {
    this.#panel = panel;
    this.#plane = new LossPlaneView(panel, this.root);
  }

  update(state: PanelState): void {
    const needed = neededDetails(this.#panel);
    if ('instead' in needed) {
      this.#region.show([needed.key], () => [needed.instead]);
      return;
    }
    const {run, details} = needed;
    this.#region.show([run.path, run.ranges, details.weights, details.report?.heldOut, state.trusted], () => [
      ...this.#weightParts(run, details, state.trusted),
      ...lossParts(details.report),
      ...searchParts(details),
      this.#plane.root,
    ]);
    this.#plane.update(run, state.trusted);
  }

  restyle(): void {
    this.#plane.restyle(); // Tables follow the theme by themselves.
  }

  #weightParts(run: RunView, {weights}: RunDetails, trusted: boolean): HTMLElement[] {
    const heading = element('h2', {}, 'Merge weights');
    if (run.ranges.length === 0) return [heading, message('This run has no experts, so there is nothing to merge.')];
    this.#result.textContent = '';
    this.#weights = run.ranges.map((_, i) => weights?.weights[i] ?? 1 / run.ranges.length);
    const save = button('Merge and save', () => void this.#merge(run, save), {
      appearance: 'primary',
      disabled: !trusted,
      title: trusted ? 'Write a new merged model beside that of the run' : 'Needs a trusted workspace',
    });
    const rows = run.ranges.map(([low, high], i) => [
      `expert-${i}`,
      `${low} to ${high - 1}`,
      numberText(weights?.weights[i]),
      numberField(`Weight of expert ${i}`, this.#weights[i] ?? 0, (value) => {
        this.#weights[i] = value;
        setDisabled(save, !trusted || this.#isBusy || this.#weights.includes(null));
      }),
    ]);
    const text =
      weights === null
        ? 'No weights have been chosen yet.'
        : weights.search === null
          ? 'Given in the config.'
          : `Found by the ${weights.search.strategy} search.`;
    const head = ['Expert', 'Timesteps', 'Weight of the run', 'Your weight'];
    return [
      heading,
      element(
        'p',
        {},
        `merged = base + sum of weight x (expert - base). Weights may be negative and need not sum to 1. ${text}`,
      ),
      table('Weight of each expert', head, rows),
      element('div', {class: 'bar'}, save),
      this.#result,
    ];
  }

  async #merge(run: RunView, save: HTMLElement): Promise<void> {
    const weights = this.#weights.filter((weight) => weight !== null);
    if (this.#isBusy || weights.length !== run.ranges.length) return;
    this.#isBusy = true;
    setDisabled(save, true);
    this.#result.textContent = 'Merging …';
    const reply = await this.#panel.request({kind: 'merge', run: run.path, weights}, 'Could not merge');
    this.#isBusy = false;
    setDisabled(save, false);
    this.#result.textContent = reply?.kind === 'written' && reply.path ? `Saved the merged model in ${reply.path}` : '';
  }
}

function lossParts(report: Report | null): HTMLElement[] {
  const heading = element('h2', {}, 'Held-out loss in each range, before and after');
  if (report === null)
    return [heading, message('The losses before and after are there when the report of the run is written.')];
  const {head, rows} = rangeRows(report);
  return [
    heading,
    table('Loss of the base, and paired difference of each model to it (negative is better)', head, rows),
    recipeList(report.recipe),
  ];
}

function searchParts({weights}: RunDetails): HTMLElement[] {
  const search = weights?.search;
  if (!search) return [];
  const best = [...search.candidates].sort((a, b) => a.loss - b.loss).slice(0, shownCandidates);
  const rows = best.map((candidate) => [
    candidate.origin,
    candidate.weights.map(numberText).join(', '),
    numberText(candidate.loss),
    estimateDifference(candidate.loss, search.base),
  ]);
  const head = ['Origin', 'Weights', 'Validation loss', 'Against the base'];
  return [
    element('h2', {}, 'Candidates of the search'),
    table(`The best of ${search.candidates.length} candidates`, head, rows),
    ...foundParts(search),
  ];
}

function estimateDifference(loss: number, base: number): string {
  const share = (100 * (loss - base)) / base;
  return `${share > 0 ? '+' : ''}${share.toFixed(2)} %`;
}
