import {element} from '../dom.ts';

/** Controls behind a button on a narrow page, where they would push what they are for out of sight; a wide page always shows them (`style.css`). */
export function narrowFold(label: string, controls: HTMLElement): HTMLElement[] {
  const opener = element('button', {class: 'opener narrow-opener', 'aria-expanded': 'false'}, label);
  opener.addEventListener('click', () => {
    opener.setAttribute('aria-expanded', String(opener.getAttribute('aria-expanded') !== 'true'));
  });
  controls.classList.add('narrow-folded');
  return [opener, controls];
}
