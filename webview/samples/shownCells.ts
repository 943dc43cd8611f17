import type {ImageView} from '../../trainer/contract/panel/panelViews.ts';
import {gridGap} from '../../trainer/contract/run/sampleGrid.ts';
import {cellNumbers, gridShape, type GridShape} from './gridShape.ts';
import {pictureFile} from './pictureFile.ts';

/** What is shown of a picture. */
export interface ShownCells {
  readonly pixels: ImageData;
  /** Pixels of its images, without the gaps between them. */
  readonly area: number;
}

/** All of a picture; with a shape the images that it asks for, in a grid like the file's. */
export async function shownCells(image: ImageView, wanted: GridShape | null): Promise<ShownCells> {
  const file = await pictureFile(image.source);
  const own = gridShape(image);
  const isWhole = wanted === null || own === null;
  const columns = own?.columns ?? 1;
  const rows = own === null ? 1 : Math.ceil(own.count / own.columns);
  const stepX = (file.naturalWidth + gridGap) / columns;
  const stepY = (file.naturalHeight + gridGap) / rows;
  const across = isWhole ? columns : Math.min(wanted.columns, wanted.count);
  const down = isWhole ? rows : Math.ceil(wanted.count / wanted.columns);
  const canvas = new OffscreenCanvas(Math.round(across * stepX - gridGap), Math.round(down * stepY - gridGap));
  const context = canvas.getContext('2d', {willReadFrequently: true});
  if (context === null) throw new Error('The browser has no room for another picture.');
  if (isWhole) context.drawImage(file, 0, 0);
  else {
    const [width, height] = [stepX - gridGap, stepY - gridGap];
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    for (const [i, cell] of cellNumbers(own, wanted, image.grid !== undefined).entries()) {
      const [x, y] = [(cell % columns) * stepX, Math.floor(cell / columns) * stepY];
      const [left, top] = [(i % across) * stepX, Math.floor(i / across) * stepY];
      context.drawImage(file, x, y, width, height, left, top, width, height);
    }
  }
  const area =
    own === null ? canvas.width * canvas.height : (wanted ?? own).count * (stepX - gridGap) * (stepY - gridGap);
  return {pixels: context.getImageData(0, 0, canvas.width, canvas.height), area};
}
