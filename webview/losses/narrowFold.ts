import {element} from '../dom.ts';

/** A button that shows and hides parts on a narrow page, where they would push what they are for out of sight; a wide page always shows them (`style.css`). */
export function narrowFold(label: string, folded: readonly HTMLElement[]): HTMLElement {
  const opener = element('button', {class: 'opener narrow-opener', 'aria-expanded': 'false'}, label);
  for (const part of folded) part.classList.add('narrow-folded');
  opener.addEventListener('click', () => {
    const isOpen = opener.getAttribute('aria-expanded') !== 'true';
    opener.setAttribute('aria-expanded', String(isOpen));
    for (const part of folded) part.classList.toggle('is-unfolded', isOpen);
  });
  return opener;
}
