import {
  provideVSCodeDesignSystem,
  vsCodeBadge,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeTextArea,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import {element} from './dom.ts';

/** Registers the controls of the toolkit. No other file imports it, so that it can be replaced here. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeBadge(),
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeTextArea(),
    vsCodeTextField(),
  );
}

export interface ButtonOptions {
  readonly appearance?: 'primary' | 'secondary';
  readonly disabled?: boolean;
  readonly title?: string;
  /** Name of a codicon to show instead of the label, which then only screen readers read. */
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

/** The toolkit makes a component of each choice: 2,000 of them would take a second. */
const mostComponents = 250;

export function dropdown(
  label: string,
  choices: readonly Choice[],
  value: string,
  onChange: (value: string) => void,
): HTMLElement {
  if (choices.length > mostComponents) return labelled(label, nativeDropdown(label, choices, value, onChange));
  const options = choices.map((choice) =>
    element('vscode-option', {value: choice.value, selected: choice.value === value}, choice.label),
  );
  const control = element('vscode-dropdown', {'aria-label': label, 'data-key': label, value}, ...options);
  control.addEventListener('change', () => onChange((control as HTMLElement & {value: string}).value));
  return labelled(label, control);
}

function nativeDropdown(
  label: string,
  choices: readonly Choice[],
  value: string,
  onChange: (value: string) => void,
): HTMLElement {
  const options = choices.map((choice) =>
    element('option', {value: choice.value, selected: choice.value === value}, choice.label),
  );
  const control = element('select', {'aria-label': label, 'data-key': label}, ...options);
  control.addEventListener('change', () => onChange(control.value));
  return control;
}

/** A control with its label before it; the control itself says its name to screen readers. */
export function labelled(label: string, control: HTMLElement): HTMLElement {
  return element('span', {class: 'field'}, element('span', {class: 'label', 'aria-hidden': 'true'}, label), control);
}

export function checkbox(label: string, checked: boolean, onChange: (checked: boolean) => void): HTMLElement {
  const control = element('vscode-checkbox', {checked, 'data-key': label}, label);
  // The control also fires a change event while it initialises.
  let last = checked;
  control.addEventListener('change', () => {
    const now = (control as HTMLElement & {checked: boolean}).checked;
    if (now === last) return;
    last = now;
    onChange(now);
  });
  return control;
}

/** A text field for a number; null: the text is not a number. */
export function numberField(
  label: string,
  value: number | null,
  onChange: (value: number | null) => void,
): HTMLElement {
  // The control takes its accessible name from its content, which the style sheet hides.
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

/** A field for text: of one line, or of several if it has `rows`. */
export function textField(label: string, value: string, onChange: (value: string) => void, rows?: number): HTMLElement {
  const tag = rows === undefined ? 'vscode-text-field' : 'vscode-text-area';
  const control = element(tag, {'data-key': label, value, rows, resize: 'vertical'}, label);
  control.addEventListener('input', () => onChange((control as HTMLElement & {value: string}).value));
  return control;
}

/** Sets the text of a field without firing an event. */
export function setValue(field: HTMLElement, text: string): void {
  field.classList.remove('invalid');
  (field as HTMLElement & {value: string}).value = text;
}

export function badge(text: string): HTMLElement {
  return element('vscode-badge', {}, text);
}
