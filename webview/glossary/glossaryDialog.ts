import {glossary, glossaryTerms, type GlossaryTerm} from '../../trainer/contract/glossary/glossary.ts';
import {element} from '../dom.ts';
import {button, setValue, textField} from '../toolkit.ts';
import {explainEvent} from './termButton.ts';

/** The glossary over the page. It opens at the term that something on the page asks for, and closes by Escape; the focus returns to where it was. */
export class GlossaryDialog {
  readonly root = element('dialog', {class: 'glossary', 'aria-label': 'Glossary'});
  readonly #entries = new Map<GlossaryTerm, HTMLElement>();
  readonly #search = textField('Find a term', '', (text) => this.#filter(text));

  constructor() {
    document.addEventListener(explainEvent, (event) => this.open((event as CustomEvent<GlossaryTerm>).detail));
    // A press beside it, which hits the dialog itself and nothing in it.
    this.root.addEventListener('click', ({target}) => target === this.root && this.root.close());
  }

  /** `term`: where it opens; left out: at the beginning. */
  open(term?: GlossaryTerm): void {
    if (this.root.childElementCount === 0) this.root.append(this.#content());
    if (!this.root.open) this.root.showModal();
    setValue(this.#search, '');
    this.#filter('');
    const entry = term && this.#entries.get(term);
    entry?.scrollIntoView({block: 'center'});
    entry?.focus();
  }

  #content(): HTMLElement {
    const terms = glossaryTerms.map((term) => {
      const entry = element(
        'div',
        {tabindex: '-1', class: 'glossary-entry'},
        element('dt', {}, term),
        element('dd', {}, glossary[term].meaning),
      );
      this.#entries.set(term, entry);
      return entry;
    });
    this.#search.setAttribute('placeholder', 'Find a term');
    const head = element(
      'div',
      {class: 'glossary-head'},
      element('h2', {}, 'Glossary'),
      this.#search,
      button('Close the glossary', () => this.root.close(), {icon: 'close'}),
    );
    const list = element('dl', {}, ...terms);
    const scrolled = element(
      'div',
      {class: 'glossary-terms', tabindex: '0', role: 'region', 'aria-label': 'Terms'},
      list,
    );
    return element('div', {class: 'glossary-content'}, head, scrolled);
  }

  #filter(text: string): void {
    const wanted = text.trim().toLowerCase();
    for (const [term, entry] of this.#entries) {
      entry.hidden = !`${term} ${glossary[term].meaning}`.toLowerCase().includes(wanted);
    }
  }
}
