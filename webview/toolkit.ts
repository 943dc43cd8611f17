import {
  provideVSCodeDesignSystem,
  vsCodeBadge,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import {element} from './dom.ts';

/** The only place that knows which controls the page uses. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeBadge(),
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeTextField(),
  );
}

export interface ButtonOptions {
  readonly appearance?: 'primary' | 'secondary';
  readonly disabled?: boolean;
  readonly title?: string;
  /** Name of a codicon that stands instead of the text, which is then read out only. */
  readonly icon?: string;
}

export function button(label: string, onClick: () => void, options: ButtonOptions = {}): HTMLElement {
  const {appearance = 'secondary', disabled = false, title, icon} = options;
  const content =
    icon === undefined ? label : element('span', {class: `codicon codicon-${icon}`, 'aria-hidden': 'true'});
  return element(
    'vscode-button',
    {
      appearance: icon === undefined ? appearance : 'icon',
      disabled,
      title: title ?? (icon === undefined ? null : label),
      'aria-label': icon === undefined ? null : label,
      'data-key': label,
      onclick: () => onClick(),
    },
    content,
  );
}

export function setDisabled(control: HTMLElement, disabled: boolean): void {
  (control as HTMLElement & {disabled: boolean}).disabled = disabled;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export function dropdown(
  label: string,
  choices: readonly Choice[],
  value: string,
  onChange: (value: string) => void,
): HTMLElement {
  const options = choices.map((choice) =>
    element('vscode-option', {value: choice.value, selected: choice.value === value}, choice.label),
  );
  const control = element('vscode-dropdown', {'aria-label': label, 'data-key': label, value}, ...options);
  control.addEventListener('change', () => onChange((control as HTMLElement & {value: string}).value));
  return element('span', {class: 'field'}, element('span', {class: 'label', 'aria-hidden': 'true'}, label), control);
}

export function checkbox(label: string, checked: boolean, onChange: (checked: boolean) => void): HTMLElement {
  const control = element('vscode-checkbox', {checked, 'data-key': label}, label);
  // The control also tells when it is set up; only what differs is a change.
  let last = checked;
  control.addEventListener('change', () => {
    const now = (control as HTMLElement & {checked: boolean}).checked;
    if (now === last) return;
    last = now;
    onChange(now);
  });
  return control;
}

/** A field for a number; null stands for a text that is none. */
export function numberField(
  label: string,
  value: number | null,
  onChange: (value: number | null) => void,
): HTMLElement {
  // The control names itself after its text, which the style sheet hides.
  const control = element('vscode-text-field', {'data-key': label, value: value ?? '', size: 10}, label);
  control.classList.toggle('invalid', value === null);
  control.addEventListener('input', () => {
    const text = (control as HTMLElement & {value: string}).value.trim();
    const number = Number(text);
    const isNumber = text !== '' && Number.isFinite(number);
    control.classList.toggle('invalid', !isNumber);
    onChange(isNumber ? number : null);
  });
  return control;
}

/** Shows another text in a field; no listener hears of it. */
export function setValue(field: HTMLElement, text: string): void {
  field.classList.remove('invalid');
  (field as HTMLElement & {value: string}).value = text;
}

export function badge(text: string): HTMLElement {
  return element('vscode-badge', {}, text);
}
