import type {Panel} from '../panel.ts';
import {svgUri} from './svgUri.ts';

const pixelsPerUnit = 2;

export type PictureKind = 'svg' | 'png';

/** Asks the user where to save an SVG document, as SVG or as PNG. False: it was not saved. */
export async function savePicture(panel: Panel, title: string, svg: string, kind: PictureKind): Promise<boolean> {
  const name = `${title.toLowerCase().replaceAll(' ', '-')}.${kind}`;
  const content = kind === 'svg' ? svg : await svgToPng(svg);
  const reply = await panel.request({kind: 'save', name, content}, 'Could not save the picture');
  if (reply?.kind !== 'written' || reply.path === null) return false;
  panel.dispatch({type: 'notice', text: `Saved ${reply.path}`});
  return true;
}

/** Renders an SVG document as a PNG of twice its size, for sharp print. */
async function svgToPng(svg: string): Promise<Uint8Array> {
  const image = new Image();
  image.src = svgUri(svg);
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth * pixelsPerUnit;
  canvas.height = image.naturalHeight * pixelsPerUnit;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('The picture could not be rendered.');
  return new Uint8Array(await blob.arrayBuffer());
}
