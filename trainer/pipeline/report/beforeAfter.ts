import {Canvas, type RgbPicture} from '../../chart/canvas.ts';
import {ink} from '../../chart/palette.ts';
import {drawText, textHeight} from '../../chart/text.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import {decodePng, gridCorner, type Picture} from '../../data/pictures/png.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {readRegularFile} from '../../store/files/regularFile.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {type PictureFile, writePicture} from './pictureFile.ts';

/** Rows and columns of samples on each side. */
const KEPT = 6;
const pad = 28;
const between = 48;
const labelSize = 3;
const labelSpace = textHeight(labelSize) + 20;
/** Small images are enlarged by whole numbers up to about this many pixels a side of the grid. */
const gridLength = 620;
/** Bytes of a grid of samples at most. */
const largestGrid = 2 ** 30;

/** `before-after.png`: samples of the base on the left, of the merged model from the same noise on the right. */
export async function drawBeforeAfter(run: string, resolved: ResolvedConfig, folder: string): Promise<PictureFile[]> {
  const sources = ['base', 'merged'].map((model) => runPaths.grid(run, model));
  if (!(await Promise.all(sources.map(fileExists))).every(Boolean)) return [];
  const images = resolved.config.evaluate?.grid ?? 0;
  const [before, after] = await Promise.all(sources.map((file) => readCorner(file, images)));
  if (!before || !after) return [];
  return [
    await writePicture(
      folder,
      {title: 'Before and after (same seeds)', file: 'before-after.png'},
      sideBySide(before, after),
    ),
  ];
}

/** Two grids of the same size with labels above them, enlarged without blurring. */
export function sideBySide(before: Picture, after: Picture): RgbPicture {
  const scale = Math.max(1, Math.floor(gridLength / before.width));
  const right = pad + before.width * scale + between;
  const canvas = new Canvas(right + after.width * scale + pad, pad + labelSpace + before.height * scale + pad);
  drawText(canvas, 'before: base', pad, pad, {size: labelSize, colour: ink.title});
  drawText(canvas, 'after: merged', right, pad, {size: labelSize, colour: ink.title});
  canvas.drawPicture(before, pad, pad + labelSpace, scale);
  canvas.drawPicture(after, right, pad + labelSpace, scale);
  return canvas;
}

async function readCorner(file: string, images: number): Promise<Picture> {
  // The layout in which the evaluation writes its grids.
  const columns = Math.ceil(Math.sqrt(images));
  return gridCorner(
    decodePng(await readRegularFile(file, largestGrid, 'the samples')),
    {columns, rows: Math.ceil(images / columns)},
    KEPT,
  );
}
