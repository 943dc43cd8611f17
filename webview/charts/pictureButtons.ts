import type {Panel} from '../panel.ts';
import {button} from '../toolkit.ts';
import {savePicture} from './savePicture.ts';

/** Buttons that save a picture as it is when they are pressed, as SVG and as PNG. `what` as in "heat map". */
export function pictureButtons(panel: Panel, what: string, title: () => string, svg: () => string): HTMLElement[] {
  return (['svg', 'png'] as const).map((kind) =>
    button(`Save ${what} as ${kind.toUpperCase()}`, () => void savePicture(panel, title(), svg(), kind)),
  );
}
