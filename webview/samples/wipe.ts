import type {ImageView} from '../../trainer/contract/panel/panelViews.ts';
import {element} from '../dom.ts';
import {samplePicture, type PictureLook} from './samplePicture.ts';

/** Two sample grids over each other; a slider moves the edge between them. */
export function wipe(
  left: ImageView,
  right: ImageView,
  share: number,
  look: PictureLook,
  onChange: (share: number) => void,
): HTMLElement {
  const under = samplePicture(left, look);
  const over = element('div', {class: 'wipe-over'}, samplePicture(right, look));
  const cut = (percent: number) => (over.style.clipPath = `inset(0 0 0 ${percent}%)`);
  cut(share);
  const slider = element('input', {
    type: 'range',
    min: 0,
    max: 100,
    value: share,
    'aria-label': 'Edge between the two',
    'data-key': 'wipe',
  });
  slider.addEventListener('input', () => {
    cut(Number(slider.value));
    onChange(Number(slider.value));
  });
  slider.style.width = `${look.width}px`;
  const caption = element('figcaption', {}, `Left: ${left.title}. Right: ${right.title}.`);
  return element('figure', {class: 'wipe'}, caption, element('div', {class: 'wipe-frame'}, under, over), slider);
}
