import {join} from 'node:path';
import type {RgbPicture} from '../../chart/canvas.ts';
import {encodePng} from '../../data/pictures/png.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';

/** A picture of the report; `file` is relative to it. */
export interface PictureFile {
  readonly title: string;
  readonly file: string;
}

/** Writes a picture into the report's folder. */
export async function writePicture(
  folder: string,
  {title, file}: PictureFile,
  {pixels, width, height, channels}: RgbPicture,
): Promise<PictureFile> {
  await writeFileAtomic(join(folder, file), encodePng(pixels, width, height, channels));
  return {title, file};
}
