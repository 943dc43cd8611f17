import type {MergeMethodKind} from '../../../trainer/contract/config/merge/mergeMethod.ts';
import type {WorkbenchSetting} from '../../../trainer/contract/panel/workbenchSetting.ts';
import {element} from '../../dom.ts';
import {checkbox, dropdown, labelled} from '../../toolkit.ts';
import type {ChangeSetting, SettingControls, SliderRange} from './weightControl.ts';
import {methodsFor, parametersOf, withMethod, withParameter} from './workbenchSetting.ts';

const methodNames: Readonly<Record<MergeMethodKind, string>> = {
  linear: 'task arithmetic',
  ties: 'TIES',
  dare: 'DARE',
  breadcrumbs: 'breadcrumbs',
  slerp: 'slerp',
  'model-stock': 'Model Stock',
};

const parameterLabels: Readonly<Record<string, string>> = {
  lambda: 'Lambda',
  density: 'Density',
  gamma: 'Gamma',
  seed: 'DARE seed',
  elect: 'Elect signs',
  mean: 'Average what agrees',
};

/** Ranges of the sliders; the fields accept any number. */
const parameterRanges: Readonly<Record<string, SliderRange>> = {
  lambda: {low: 0, high: 2, step: 0.05},
  density: {low: 0.05, high: 1, step: 0.05},
  gamma: {low: 0, high: 0.2, step: 0.01},
  seed: {low: 0, high: 20, step: 1},
};

/** A dropdown for the merge method, with a control for each of its parameters. */
export function methodBar(setting: WorkbenchSetting, controls: SettingControls, change: ChangeSetting): HTMLElement {
  const kinds = methodsFor(setting);
  const choices = kinds.map((value) => ({value, label: methodNames[value]}));
  const method = dropdown('Method', choices, setting.method, (chosen) =>
    change('method', (before) => withMethod(before, kinds.find((kind) => kind === chosen) ?? before.method)),
  );
  const parameters = [...parametersOf(setting)].map(([name, value]) => {
    const label = parameterLabels[name] ?? name;
    const set = (before: WorkbenchSetting, next: number | boolean | null) => withParameter(before, name, next);
    if (typeof value === 'boolean')
      return checkbox(label, value, (isChecked) => change(label, (before) => set(before, isChecked)));
    const read = (now: WorkbenchSetting) => {
      const current = parametersOf(now).get(name);
      return typeof current === 'number' ? current : null;
    };
    const control = controls.add(label, setting, {read, write: set}, parameterRanges[name]);
    return labelled(label, control);
  });
  return element('div', {class: 'bar'}, method, ...parameters);
}
