import {glossary, termIn, type GlossaryTerm} from '../../trainer/contract/glossary/glossary.ts';
import {element, type Child} from '../dom.ts';

/** Asks for the explanation of a term; it bubbles up to the page, which has the glossary. */
export const explainEvent = 'explain';

/** A term that explains itself: its meaning is the tooltip, and a press opens the glossary there. `label`: how it is written here. */
export function termButton(term: GlossaryTerm, label: string = term): HTMLElement {
  const explain = () => made.dispatchEvent(new CustomEvent<GlossaryTerm>(explainEvent, {detail: term, bubbles: true}));
  const onkeydown = (event: Event) => {
    if (!(event instanceof KeyboardEvent) || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    explain();
  };
  const title = glossary[term].meaning;
  // A real button could not be broken over lines as the text around it is.
  const made = element(
    'span',
    {class: 'term', role: 'button', tabindex: '0', title, onclick: explain, onkeydown},
    label,
  );
  return made;
}

/** A text that begins with a term of the glossary, with that as a button; any other text as it is. */
export function withTerm(text: string): Child[] {
  const term = termIn(text);
  return term === undefined ? [text] : [termButton(term, text.slice(0, term.length)), text.slice(term.length)];
}
