import {element} from '../../dom.ts';
import {numberField, setValue} from '../../toolkit.ts';

/** Beyond these a weight is typed. */
const sliderRange = {low: -0.5, high: 2.5, step: 0.05};

/** A number with a slider and a field. */
export interface NumberControl {
  readonly slider: HTMLInputElement;
  readonly field: HTMLElement;
  /** Shows another number; nobody is told. */
  set(value: number | null): void;
}

/** `label` names both. The slider goes no further than its range, which the field does. */
export function numberControl(
  label: string,
  value: number | null,
  onChange: (value: number | null) => void,
  {low, high, step} = sliderRange,
): NumberControl {
  const slider = element('input', {type: 'range', min: low, max: high, step, 'aria-label': label});
  slider.setAttribute('data-key', `slider of ${label}`);
  let shown = value;
  const field = numberField(label, value ?? 0, (typed) => {
    shown = typed;
    if (typed !== null) slider.value = String(typed);
    onChange(typed);
  });
  const set = (next: number | null) => {
    if (next === null) return;
    slider.value = String(next);
    // A field that is typed into keeps its text, as in `0.` on the way to `0.5`.
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
  return {slider, field, set};
}
