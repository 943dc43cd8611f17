import type {DepthWeight} from '../../../trainer/contract/config/merge/mergeRule.ts';
import {expertTitle} from '../../../trainer/contract/overview/stageTitle.ts';
import type {RunView} from '../../../trainer/contract/panel/panelViews.ts';
import type {WorkbenchSetting} from '../../../trainer/contract/panel/workbenchSetting.ts';
import {element, message, Region, setText, table, type Child} from '../../dom.ts';
import {numberText} from '../../numberText.ts';
import {button} from '../../toolkit.ts';
import {methodBar} from './methodBar.ts';
import {SettingControls, type ChangeSetting} from './weightControl.ts';
import {
  isWeighted,
  parametersOf,
  partName,
  partsOf,
  partWeight,
  withPartWeight,
  withWeight,
} from './workbenchSetting.ts';

/** A run with the weights of its own merge. */
export interface WeighedRun {
  readonly run: Pick<RunView, 'path' | 'ranges'>;
  readonly weights: readonly number[] | undefined;
  /** Whether the run merged earlier checkpoints too, so that these are the best weights for the final experts alone. */
  readonly mergedMore: boolean;
}

/** Controls for the weights of each expert, in the whole network and in its parts, and for the merge method. */
export class WeightSliders {
  readonly root: HTMLElement;
  readonly #region = new Region(element('div'));
  readonly #rules = element('p', {class: 'message'});
  readonly #change: ChangeSetting;
  readonly #controls: SettingControls;
  readonly #redraw: () => void;
  readonly #opened = new Set<number>();

  /** `redraw` must call `show`. */
  constructor(change: ChangeSetting, redraw: () => void) {
    this.#change = change;
    this.#controls = new SettingControls(change);
    this.#redraw = redraw;
    this.root = element('div', {}, this.#region.root, this.#rules);
  }

  show(weighed: WeighedRun, setting: WorkbenchSetting): void {
    const {method, weights} = setting;
    const parts = partsOf(setting);
    const lists = parts.map((part) => weights.map((_, i) => listOf(partWeight(setting, part, i))));
    const switches = [...parametersOf(setting).values()].filter((value) => typeof value === 'boolean');
    const key = [weighed, [...this.#opened], method, parts, lists, switches];
    this.#region.show(key, () => this.#build(weighed, setting));
    this.#controls.show(setting);
    setText(this.#rules, isWeighted(setting) ? rulesText(setting) : '');
  }

  #build({run, weights, mergedMore}: WeighedRun, setting: WorkbenchSetting): Child[] {
    this.#controls.clear();
    const bar = methodBar(setting, this.#controls, this.#change);
    if (!isWeighted(setting))
      return [message('Model Stock takes its weights from the angles between the experts.'), bar];
    const rows = run.ranges.flatMap((_, i) => [
      // With all digits, as the field beside it.
      [expertTitle(i, run.ranges), String(weights?.[i] ?? '–'), this.#weight(setting, i), this.#opener(i)],
      ...(this.#opened.has(i) ? this.#partRows(setting, i) : []),
    ]);
    const head = ['Expert', mergedMore ? 'Best without checkpoints' : 'Weight of the run', 'Your weight', 'Parts'];
    return [table('Weight of each expert', head, rows), bar];
  }

  #weight(setting: WorkbenchSetting, expert: number): HTMLElement {
    return this.#controls.add(`Weight of expert ${expert}`, setting, {
      read: ({weights}) => weights[expert] ?? null,
      write: (before, weight) => withWeight(before, expert, weight),
    });
  }

  #opener(expert: number): HTMLElement {
    const isOpen = this.#opened.has(expert);
    const toggle = () => {
      if (isOpen) this.#opened.delete(expert);
      else this.#opened.add(expert);
      this.#redraw();
    };
    const opener = element('button', {'aria-expanded': String(isOpen), class: 'opener', onclick: toggle});
    opener.setAttribute('data-key', `parts of ${expert}`);
    opener.setAttribute('aria-label', `Parts of expert ${expert}`);
    // The row and the head of the column say the rest, where a narrow page leaves it out.
    opener.append('Parts', element('span', {class: 'opener-rest'}, ` of expert ${expert}`));
    return opener;
  }

  #partRows(setting: WorkbenchSetting, expert: number): Child[][] {
    const follow = button(`Parts as expert ${expert}`, () =>
      this.#change(`follow ${expert}`, (before) =>
        before.rules.reduce((after, {match}) => withPartWeight(after, match, expert, 'expert'), before),
      ),
    );
    return partsOf(setting).map((part, row) => {
      const list = listOf(partWeight(setting, part, expert));
      const control = list === null ? this.#partWeight(setting, part, expert) : this.#list(part, expert, list);
      return [`${partName(part)} of expert ${expert}`, '', control, row === 0 ? follow : ''];
    });
  }

  #partWeight(setting: WorkbenchSetting, part: string, expert: number): HTMLElement {
    return this.#controls.add(`Expert ${expert} in ${partName(part)}`, setting, {
      read: (now) => {
        const weight = partWeight(now, part, expert);
        return typeof weight === 'number' ? weight : null;
      },
      write: (before, weight) => withPartWeight(before, part, expert, weight),
    });
  }

  /** Weights that vary over the depth of the network have no slider. They can be kept, or replaced by their mean. */
  #list(part: string, expert: number, list: readonly number[]): HTMLElement {
    const mean = Number((list.reduce((sum, weight) => sum + weight, 0) / list.length).toPrecision(4));
    const label = `One weight for expert ${expert} in ${partName(part)}`;
    const flatten = button(label, () => this.#change(label, (before) => withPartWeight(before, part, expert, mean)));
    return element('span', {class: 'field'}, weightText([...list]), flatten);
  }
}

function listOf(weight: DepthWeight | null): number[] | null {
  return Array.isArray(weight) ? weight : null;
}

function weightText(weight: DepthWeight | null): string {
  return Array.isArray(weight) ? `${weight.map(numberText).join(' … ')} over the depth` : numberText(weight);
}

/** All rules in their order; empty if there are none. */
function rulesText(setting: WorkbenchSetting): string {
  const own = setting.rules.filter(({weights}) => weights.some((weight) => weight !== 'expert'));
  const rules = own.map(({match}) => {
    const weights = setting.weights.map((_, i) => weightText(partWeight(setting, match, i)));
    return `${partName(match)}: ${weights.join(', ')}`;
  });
  return rules.length === 0
    ? ''
    : `Rules for parts of the network, of which the first match counts. ${rules.join('; ')}.`;
}
