import {usualGuidance} from '../../../trainer/contract/run/promptGrid.ts';
import {PreviewText} from '../../../trainer/contract/panel/preview.ts';
import type {PageState} from '../../../trainer/contract/panel/panelPage.ts';
import type {RunView} from '../../../trainer/contract/panel/panelViews.ts';
import {element, Region} from '../../dom.ts';
import type {Panel} from '../../panel.ts';
import {labelled, numberField, textField} from '../../toolkit.ts';

/** What is typed is drawn once nobody has typed for that long: each prompt on the way would be encoded and drawn else. */
const typingMilliseconds = 400;
/** Bases whose prompts are kept. */
const keptBases = 20;
const noText: PreviewText = {prompts: [''], negative: '', guidance: usualGuidance};

/** What the fields hold. */
interface Typed {
  prompts: string;
  negative: string;
  guidance: number | null;
}

/** Fields for what a model with a text encoder is asked to draw: prompts, one a line, what to keep away from, and the guidance scale. */
export class PromptFields {
  readonly root = element('div', {class: 'prompt-fields', role: 'group', 'aria-label': 'What the preview draws'});
  readonly #panel: Panel;
  readonly #onChange: () => void;
  readonly #fields = new Region(this.root);
  #base = '';
  #typed: Typed = typedOf(noText);
  #due = 0;

  /** `onChange` is called a moment after the last key. */
  constructor(panel: Panel, onChange: () => void) {
    this.#panel = panel;
    this.#onChange = onChange;
  }

  /** Null where a field holds what cannot be drawn. Empty lines are left out; without any other, the empty prompt is drawn. */
  get text(): PreviewText | null {
    const {prompts, ...rest} = this.#typed;
    const lines = prompts.split('\n').map((line) => line.trim());
    const full = lines.filter((line) => line !== '');
    return PreviewText.safeParse({prompts: full.length === 0 ? [''] : full, ...rest}).data ?? null;
  }

  /** Shows the fields for a run: with what was last drawn with its base, else with the prompts of its config. */
  show(run: RunView, {prompts}: PageState): void {
    this.#base = run.settings['base'] ?? run.path;
    const key = [run.path, this.#base];
    this.#fields.show(key, () => {
      this.#typed = typedOf(prompts[this.#base] ?? run.text ?? noText);
      return this.#build(this.#typed);
    });
  }

  #build({prompts, negative, guidance}: Typed): HTMLElement[] {
    const rows = Math.min(6, Math.max(2, prompts.split('\n').length));
    const list = textField('Prompts, one a line', prompts, (text) => this.#change({prompts: text}), rows);
    const fewer = textField('Negative prompt', negative, (text) => this.#change({negative: text}));
    const scale = numberField('Guidance of the preview', guidance, (value) => this.#change({guidance: value}));
    return [
      labelled('Prompts, one a line', list),
      element('div', {class: 'bar'}, labelled('Negative prompt', fewer), labelled('Guidance', scale)),
    ];
  }

  #change(change: Partial<Typed>): void {
    this.#typed = {...this.#typed, ...change};
    const {text} = this;
    window.clearTimeout(this.#due);
    this.#due = window.setTimeout(this.#onChange, typingMilliseconds);
    if (text === null) return;
    const {[this.#base]: _, ...others} = this.#panel.state.page.prompts;
    const kept = Object.entries(others).slice(1 - keptBases);
    this.#panel.setPage({prompts: Object.fromEntries([...kept, [this.#base, text]])});
  }
}

function typedOf({prompts, negative, guidance}: PreviewText): Typed {
  return {prompts: prompts.join('\n'), negative, guidance};
}
