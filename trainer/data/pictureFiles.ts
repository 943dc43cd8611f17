import {UserError} from '../contract/errors.ts';
import {folderCaptions} from './captions/folderCaptions.ts';
import type {EncodedImages} from './encodedSource.ts';
import {encodedFiles, imagesAmong, isImageName} from './imageFolder.ts';
import {encodedRows} from './parquet/parquet.ts';
import {endingOf, walkFiles} from './walkFiles.ts';
import {encodedExamples} from './webDataset/webDataset.ts';

export interface PictureFileSettings {
  /** Column of the images in parquet files. */
  readonly imageColumn: string;
  /** Column of the captions; left out: the first that is called like one. */
  readonly captionColumn?: string;
  /** What the user has set the path by, for hints: `--images`. */
  readonly setting: string;
}

/**
 * The pictures of a folder, in the order of their names, or those of its tar or parquet files where it has no others; or of one such file. Not decoded.
 * `onLeftOut` gets sentences about what is none of them.
 */
export async function openPictureFiles(
  path: string,
  settings: PictureFileSettings,
  onLeftOut: (message: string) => void,
): Promise<EncodedImages> {
  try {
    return await openFound(path, settings, onLeftOut);
  } catch (error) {
    if (!(error instanceof UserError) || !/^data-(missing|empty)$/.test(error.code)) throw error;
    const {code, message, where} = error;
    const hint = `Check ${settings.setting}: a folder of images, or a tar or parquet file of them.`;
    throw new UserError(code, message, {where, hint, cause: error});
  }
}

async function openFound(
  path: string,
  {imageColumn, captionColumn}: PictureFileSettings,
  onLeftOut: (message: string) => void,
): Promise<EncodedImages> {
  const found = await walkFiles(path, onLeftOut);
  const ending = (name: string) => found.filter((file) => endingOf(file) === name);
  const [tars, parquets] = [ending('.tar'), ending('.parquet')];
  if (!found.some(isImageName)) {
    if (parquets.length > 0) {
      return encodedRows(parquets, {column: imageColumn, captions: {column: captionColumn, missing: 'empty'}});
    }
    if (tars.length > 0) return encodedExamples(tars, captionColumn);
  }
  return encodedFiles(imagesAmong(found, path, onLeftOut), folderCaptions(found, captionColumn));
}
