import type {WorkbenchSetting} from '../../../trainer/contract/panel/workbenchSetting.ts';
import {element} from '../../dom.ts';
import {numberField, setValue} from '../../toolkit.ts';

export interface SliderRange {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/** Changes the setting. `control` names the control: successive changes by one control are one step of undo. */
export type ChangeSetting = (control: string, change: (setting: WorkbenchSetting) => WorkbenchSetting) => void;

/** A number of the setting; null where its field holds none. */
export interface SettingNumber {
  read(setting: WorkbenchSetting): number | null;
  write(setting: WorkbenchSetting, value: number | null): WorkbenchSetting;
}

const weightRange: SliderRange = {low: -0.5, high: 2.5, step: 0.05};

/** Controls for numbers of a setting. */
export class SettingControls {
  readonly #change: ChangeSetting;
  #shown: ((setting: WorkbenchSetting) => void)[] = [];

  constructor(change: ChangeSetting) {
    this.#change = change;
  }

  /** Drops all controls, before they are built again. */
  clear(): void {
    this.#shown = [];
  }

  /** Creates a slider and a field, both named `label`. The slider is limited to `range`, the field accepts any number. */
  add(label: string, setting: WorkbenchSetting, {read, write}: SettingNumber, range = weightRange): HTMLElement {
    const {root, show} = numberControl(label, read(setting), range, (value) =>
      this.#change(label, (before) => write(before, value)),
    );
    this.#shown.push((now) => show(read(now)));
    return root;
  }

  show(setting: WorkbenchSetting): void {
    for (const show of this.#shown) show(setting);
  }
}

function numberControl(
  label: string,
  value: number | null,
  {low, high, step}: SliderRange,
  onChange: (value: number | null) => void,
): {root: HTMLElement; show(value: number | null): void} {
  const slider = element('input', {type: 'range', min: low, max: high, step, 'aria-label': label});
  slider.setAttribute('data-key', `slider of ${label}`);
  let shown = value;
  const field = numberField(label, value, (typed) => {
    shown = typed;
    if (typed !== null) slider.value = String(typed);
    onChange(typed);
  });
  const show = (next: number | null) => {
    if (next === null) return;
    slider.value = String(next);
    // Text that is being typed must stay, as `0.` on the way to `0.5`.
    if (next !== shown || field.classList.contains('invalid')) setValue(field, String(next));
    shown = next;
  };
  slider.addEventListener('input', () => {
    const moved = Number(slider.value);
    shown = moved;
    setValue(field, String(moved));
    onChange(moved);
  });
  slider.value = String(value ?? 0);
  return {root: element('span', {class: 'field'}, slider, field), show};
}
