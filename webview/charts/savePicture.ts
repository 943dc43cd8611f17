import type {Panel} from '../panel.ts';
import {svgToPng} from './chartPng.ts';

export type PictureKind = 'svg' | 'png';

/** Has the user save an SVG document, as it is or as a PNG; false where that was not done. */
export async function savePicture(panel: Panel, title: string, svg: string, kind: PictureKind): Promise<boolean> {
  const name = `${title.toLowerCase().replaceAll(' ', '-')}.${kind}`;
  const content = kind === 'svg' ? svg : await svgToPng(svg);
  const reply = await panel.request({kind: 'save', name, content}, 'Could not save the picture');
  if (reply?.kind !== 'written' || reply.path === null) return false;
  panel.dispatch({type: 'notice', text: `Saved ${reply.path}`});
  return true;
}
