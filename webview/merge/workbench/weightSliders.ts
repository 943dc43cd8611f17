import type {RunView} from '../../../trainer/contract/panel/panelViews.ts';
import {element, Region, table, type Child} from '../../dom.ts';
import {numberText} from '../../numberText.ts';
import {button, dropdown} from '../../toolkit.ts';
import {numberControl, type NumberControl} from './weightControl.ts';
import {
  hasDensity,
  partWeight,
  weightedMethods,
  weightedParts,
  withPartWeight,
  withWeight,
  type WeightedMethod,
  type WorkbenchSetting,
} from './workbenchSetting.ts';

/** Changes the setting; changes by the same control that follow each other are one step of the history. */
export type ChangeSetting = (control: string, change: (setting: WorkbenchSetting) => WorkbenchSetting) => void;

/** What the sliders are about: a run, and the weights that it has. */
export interface WeighedRun {
  readonly run: Pick<RunView, 'path' | 'ranges'>;
  readonly weights: readonly number[] | undefined;
}

const methodNames: Readonly<Record<WeightedMethod, string>> = {
  linear: 'task arithmetic',
  ties: 'TIES',
  dare: 'DARE',
  breadcrumbs: 'breadcrumbs',
};
const lambdaRange = {low: 0, high: 2, step: 0.05};
const densityRange = {low: 0.05, high: 1, step: 0.05};

/** A slider and a field for the weight of each expert, for its parts where they are wanted, and for what the method takes. */
export class WeightSliders {
  readonly root = element('div');
  readonly #region = new Region(this.root);
  readonly #change: ChangeSetting;
  readonly #redraw: () => void;
  readonly #opened = new Set<number>();
  #controls: {readonly control: NumberControl; read(setting: WorkbenchSetting): number | null}[] = [];

  /** `redraw` has to lead to `show`. */
  constructor(change: ChangeSetting, redraw: () => void) {
    this.#change = change;
    this.#redraw = redraw;
  }

  show(weighed: WeighedRun, setting: WorkbenchSetting): void {
    this.#region.show([weighed, [...this.#opened], setting.method], () => this.#build(weighed, setting));
    for (const {control, read} of this.#controls) control.set(read(setting));
  }

  #build({run, weights}: WeighedRun, setting: WorkbenchSetting): Child[] {
    this.#controls = [];
    const rows = run.ranges.flatMap(([low, high], i) => [
      [`expert-${i}`, `${low} to ${high - 1}`, numberText(weights?.[i]), this.#weight(setting, i), this.#opener(i)],
      ...(this.#opened.has(i) ? this.#partRows(setting, i) : []),
    ]);
    const head = ['Expert', 'Timesteps', 'Weight of the run', 'Your weight', 'Parts'];
    return [table('Weight of each expert', head, rows), this.#methodBar(setting)];
  }

  #weight(setting: WorkbenchSetting, expert: number): HTMLElement {
    const name = `Weight of expert ${expert}`;
    return this.#control(name, setting, {
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
    opener.textContent = `Parts of expert ${expert}`;
    return opener;
  }

  #partRows(setting: WorkbenchSetting, expert: number): Child[][] {
    const follow = button(`Parts as expert ${expert}`, () =>
      this.#change(`follow ${expert}`, (before) =>
        weightedParts.reduce((after, part) => withPartWeight(after, part, expert, undefined), before),
      ),
    );
    return weightedParts.map((part, row) => {
      const control = this.#control(`Expert ${expert} in ${part} blocks`, setting, {
        read: (now) => partWeight(now, part, expert),
        write: (before, weight) => withPartWeight(before, part, expert, weight),
      });
      return [`${part} blocks of expert-${expert}`, '', '', control, row === 0 ? follow : ''];
    });
  }

  #methodBar(setting: WorkbenchSetting): HTMLElement {
    const choices = weightedMethods.map((value) => ({value, label: methodNames[value]}));
    const method = dropdown('Method', choices, setting.method, (chosen) =>
      this.#change('method', (before) => ({...before, method: chosen as WeightedMethod})),
    );
    const lambda = this.#control(
      'Lambda',
      setting,
      {read: (now) => now.lambda, write: (before, value) => ({...before, lambda: value})},
      lambdaRange,
    );
    const density = this.#control(
      'Density',
      setting,
      {read: (now) => now.density, write: (before, value) => ({...before, density: value})},
      densityRange,
    );
    const fields = [labelled('Lambda', lambda), ...(hasDensity(setting) ? [labelled('Density', density)] : [])];
    return element('div', {class: 'bar'}, method, ...fields);
  }

  #control(
    label: string,
    setting: WorkbenchSetting,
    value: {
      read(setting: WorkbenchSetting): number | null;
      write(setting: WorkbenchSetting, value: number | null): WorkbenchSetting;
    },
    range?: typeof lambdaRange,
  ): HTMLElement {
    const onChange = (next: number | null) => this.#change(label, (before) => value.write(before, next));
    const control = numberControl(label, value.read(setting), onChange, range);
    this.#controls.push({control, read: (now) => value.read(now)});
    return element('span', {class: 'field'}, control.slider, control.field);
  }
}

function labelled(text: string, control: HTMLElement): HTMLElement {
  return element('span', {class: 'field'}, element('span', {class: 'label', 'aria-hidden': 'true'}, text), control);
}
