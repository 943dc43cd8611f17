import type {ImageView} from '../../trainer/contract/panel/panelViews.ts';
import {element, setText} from '../dom.ts';
import {shareText} from '../numberText.ts';
import {promptGrid} from '../promptGrid.ts';
import type {GridShape} from './gridShape.ts';
import {gridShape} from './gridShape.ts';
import {samplesAlt, updateText} from './samplesText.ts';
import {shownCells} from './shownCells.ts';
import {signedDifference} from './signedDifference.ts';

/** How pictures of samples are shown: `shape`: the images that all have, null: all of each; `width` in pixels. */
export interface PictureLook {
  readonly shape: GridShape | null;
  readonly width: number;
}

/** The samples of a model: the file as it is, or the images of it that the other pictures have too. */
export function samplePicture(image: ImageView, {shape, width}: PictureLook): HTMLElement {
  const own = gridShape(image);
  const isSame = own !== null && own.count === shape?.count && own.columns === shape.columns;
  const isWhole = shape === null || own === null || (isSame && shape.order === undefined);
  if (isWhole) return element('img', {src: image.source, alt: samplesAlt(image), width});
  const canvas = pictureCanvas(samplesAlt(image), width);
  shownCells(image, shape).then(
    ({pixels}) => paint(canvas, pixels),
    () => fail(canvas, image),
  );
  return canvas;
}

/** What a model draws otherwise than another, and how much that is. */
export function differencePicture(
  image: ImageView,
  from: ImageView,
  {shape, width, factor}: PictureLook & {readonly factor: number},
): HTMLElement {
  const name = `${samplesAlt(image)} minus those of ${from.title}${updateText(from)}, ${factor} times as strong; grey: no difference`;
  const canvas = pictureCanvas(name, width);
  const amount = element('figcaption', {class: 'faint'}, 'comparing');
  const compare = async () => {
    const [{pixels: a, area}, {pixels: b}] = await Promise.all([shownCells(image, shape), shownCells(from, shape)]);
    if (a.width !== b.width || a.height !== b.height) {
      return setText(
        amount,
        `Pictures of ${a.width} x ${a.height} and ${b.width} x ${b.height} pixels have no difference.`,
      );
    }
    const {pixels, sum} = signedDifference(a.data, b.data, factor);
    paint(canvas, new ImageData(pixels, a.width, a.height));
    setText(amount, sum === 0 ? 'the same pixels' : `mean difference ${shareText(sum / area)} of full scale`);
  };
  compare().catch(() => setText(amount, 'One of the pictures could not be read.'));
  return element('div', {}, canvas, amount);
}

/** A picture with its prompts beside it, where it has any. */
export function withPrompts(picture: HTMLElement, {grid}: ImageView, shape: GridShape | null): HTMLElement {
  if (grid === undefined) return picture;
  const {columns, count} = shape ?? {columns: grid.columns, count: grid.columns * grid.prompts.length};
  return promptGrid(picture, {...grid, columns, prompts: grid.prompts.slice(0, count / columns)});
}

function pictureCanvas(label: string, width: number): HTMLCanvasElement {
  const canvas = element('canvas', {role: 'img', 'aria-label': label, class: 'sample-canvas'});
  canvas.style.width = `${width}px`;
  return canvas;
}

function paint(canvas: HTMLCanvasElement, pixels: ImageData): void {
  canvas.width = pixels.width;
  canvas.height = pixels.height;
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
}

function fail(canvas: HTMLCanvasElement, image: ImageView): void {
  canvas.replaceWith(element('p', {class: 'message'}, `The samples of ${image.title} could not be read.`));
}
