import type {PromptGrid} from '../trainer/contract/panel/panelViews.ts';
import {element} from './dom.ts';

/** A picture of samples with the prompt of each row beside it, and the seed of each column above. */
export function promptGrid(
  picture: HTMLElement,
  {prompts, columns, seed}: Pick<PromptGrid, 'prompts' | 'columns' | 'seed'>,
): HTMLElement {
  const numbers = Array.from({length: columns}, (_, column) => element('span', {}, `${seed}/${column}`));
  const rows = prompts.map((prompt) => element('span', {title: prompt}, promptName(prompt)));
  // The picture's own description has all of them.
  return element(
    'div',
    {class: 'prompt-grid'},
    element('span', {class: 'prompt-corner', 'aria-hidden': 'true'}, 'seed/image'),
    element('div', {class: 'prompt-columns', 'aria-hidden': 'true'}, ...numbers),
    element('div', {class: 'prompt-rows', 'aria-hidden': 'true'}, ...rows),
    picture,
  );
}

/** `“a bold seven”, “a thin two”; guidance 7.5, away from “blurry”` */
export function textRecipe({
  prompts,
  negative,
  guidance,
}: Pick<PromptGrid, 'prompts' | 'negative' | 'guidance'>): string {
  const negatives = [negative].flat().filter((text) => text !== '');
  const away = negatives.length === 0 ? '' : `, away from ${negatives.map(promptName).join(', ')}`;
  return `${prompts.map(promptName).join(', ')}; guidance ${guidance}${away}`;
}

function promptName(prompt: string): string {
  return prompt === '' ? 'no prompt' : `“${prompt}”`;
}
