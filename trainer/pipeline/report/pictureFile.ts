import {join} from 'node:path';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';

/** A picture of the report; `file` is relative to it. */
export interface PictureFile {
  readonly title: string;
  readonly file: string;
}

/** Writes an SVG document into the report's folder. */
export async function writePicture(folder: string, {title, file}: PictureFile, svg: string): Promise<PictureFile> {
  await writeFileAtomic(join(folder, file), svg);
  return {title, file};
}
