import type {ImageView} from '../../trainer/contract/panel/panelViews.ts';
import {element, setText} from '../dom.ts';
import {button} from '../toolkit.ts';
import {samplePicture, type PictureLook} from './samplePicture.ts';

/** One change of the picture in this time: far below three flashes a second, which could hurt. */
const milliseconds = 700;

/** Two sample grids in one place, of which one is seen: a press of the button shows the other, and where motion is welcome they alternate. */
export function flicker(first: ImageView, second: ImageView, look: PictureLook): HTMLElement {
  const pictures = [first, second].map((image) => samplePicture(image, look));
  const caption = element('figcaption');
  let shown = 0;
  const show = (index: number) => {
    shown = index;
    pictures.forEach((picture, i) => (picture.style.visibility = i === index ? 'visible' : 'hidden'));
    setText(caption, `Shown: ${(index === 0 ? first : second).title}`);
  };
  const other = () => show(1 - shown);
  let timer: number | undefined;
  const stop = () => {
    window.clearInterval(timer);
    timer = undefined;
  };
  const alternate = () => {
    if (timer !== undefined) return stop();
    timer = window.setInterval(() => (root.isConnected && !wantsLessMotion() ? other() : stop()), milliseconds);
  };
  // The style sheet shows it while motion is welcome.
  const bySelf = element(
    'span',
    {class: 'by-itself'},
    button('Alternate', alternate, {icon: 'sync', title: 'Alternate, or stop'}),
  );
  const place = element('div', {class: 'wipe-frame flicker-frame'}, ...pictures);
  const switching = button('Show the other', () => {
    stop();
    other();
  });
  const root = element('figure', {class: 'wipe'}, caption, place, element('div', {class: 'bar'}, switching, bySelf));
  show(0);
  return root;
}

function wantsLessMotion(): boolean {
  const isReduced = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  return isReduced || document.body.classList.contains('vscode-reduce-motion');
}
