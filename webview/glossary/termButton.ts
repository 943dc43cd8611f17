import {glossary, termIn, type GlossaryTerm} from '../../trainer/contract/glossary/glossary.ts';
import {element, type Child} from '../dom.ts';

/** Asks for the explanation of a term; it bubbles up to the page, which has the glossary. */
export const explainEvent = 'explain';

/** A term that explains itself: its meaning is the tooltip, and a press opens the glossary there. `label`: how it is written here. */
export function termButton(term: GlossaryTerm, label: string = term): HTMLElement {
  const onclick = ({target}: Event) =>
    target?.dispatchEvent(new CustomEvent<GlossaryTerm>(explainEvent, {detail: term, bubbles: true}));
  return element('button', {class: 'term', title: glossary[term].meaning, onclick}, label);
}

/** A text that begins with a term of the glossary, with that as a button; any other text as it is. */
export function withTerm(text: string): Child[] {
  const term = termIn(text);
  return term === undefined ? [text] : [termButton(term, text.slice(0, term.length)), text.slice(term.length)];
}
