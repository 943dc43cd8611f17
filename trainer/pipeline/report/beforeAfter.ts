import {darkColours, printColours} from '../../chart/printColours.ts';
import {svgDocument} from '../../chart/svgDocument.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import {decodePng, encodePng, gridCorner, type Picture} from '../../data/pictures/png.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {readRegularFile} from '../../store/files/regularFile.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {type PictureFile, writePicture} from './pictureFile.ts';

/** Rows and columns of samples on each side. */
const KEPT = 6;
/** Width of a side; small images are enlarged without blurring. */
const side = 360;
const left = 80;
const between = 20;
const top = 70;
/** Bytes of a grid of samples at most. */
const largestGrid = 2 ** 30;

/** `before-after.svg`: samples of the base on the left, of the merged model from the same noise on the right. */
export async function drawBeforeAfter(run: string, resolved: ResolvedConfig, folder: string): Promise<PictureFile[]> {
  const sources = ['base', 'merged'].map((model) => runPaths.grid(run, model));
  if (!(await Promise.all(sources.map(fileExists))).every(Boolean)) return [];
  const images = resolved.config.evaluate?.grid ?? 0;
  const [before, after] = await Promise.all(sources.map((file) => readCorner(file, images)));
  if (!before || !after) return [];
  const title = 'Before and after (same seeds)';
  return [await writePicture(folder, {title, file: 'before-after.svg'}, sideBySide(title, before, after))];
}

/** Two grids of the same size with labels above them. */
function sideBySide(title: string, before: Picture, after: Picture): string {
  const height = Math.round((side * before.height) / before.width);
  const frame = {title, dark: darkColours, width: 2 * (left + side) + between, height: top + height + 20};
  const labelled = (picture: Picture, label: string, x: number) => {
    const png = Buffer.from(encodePng(picture.pixels, picture.width, picture.height, picture.channels));
    return [
      `<text x="${x}" y="${top - 10}">${label}</text>`,
      `<image x="${x}" y="${top}" width="${side}" height="${height}" style="image-rendering:pixelated" href="data:image/png;base64,${png.toString('base64')}"/>`,
    ];
  };
  return svgDocument(frame, printColours, [
    ...labelled(before, 'before: base', left),
    ...labelled(after, 'after: merged', left + side + between),
  ]);
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
