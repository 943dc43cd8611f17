import {join} from 'node:path';
import {keptImages, type EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import {decodePng, gridImage, type Picture} from '../../data/pictures/png.ts';
import {tarEntries, type TarEntry} from '../../data/webDataset/tarEntries.ts';
import {pictureName} from '../../sample/pictureName.ts';
import {openPositioned, type PositionedFile} from '../../store/files/positionedFile.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {readRegularFile} from '../../store/files/regularFile.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {largestPicture} from '../drawing/imageTar.ts';
import {promptGridOf} from '../drawing/measuredImages.ts';

/** The images of a series that can still be looked at. */
export interface DrawnPictures {
  /** They are the first so many. */
  readonly count: number;
  read(index: number): Promise<Picture>;
}

/** The measured images of a model as far as the run keeps them: as files of their own, else in its grid unless that shows others. */
export async function drawnPictures(run: string, model: string, config: EvaluateConfig): Promise<DrawnPictures> {
  const {samples, grid} = config;
  const kept = keptImages(config);
  if (kept.folder) {
    const folder = runPaths.drawnImages(run, model);
    return {count: samples, read: (index) => readPicture(join(folder, pictureName(index, samples)))};
  }
  if (kept.tar) return {count: samples, read: tarReader(runPaths.drawnTar(run, model))};
  const file = runPaths.grid(run, model);
  const isOfSeries = grid > 0 && promptGridOf(config) === null;
  if (!isOfSeries || !(await fileExists(file))) return {count: 0, read: () => Promise.reject(new Error('no image'))};
  const columns = Math.ceil(Math.sqrt(grid));
  const layout = {columns, rows: Math.ceil(grid / columns)};
  let whole: Promise<Picture> | undefined;
  const read = async (index: number) => gridImage(await (whole ??= readPicture(file)), layout, index);
  return {count: Math.min(samples, grid), read};
}

async function readPicture(file: string): Promise<Picture> {
  return decodePng(await readRegularFile(file, largestPicture, 'the samples'));
}

/** Reads the pictures of a tar file by their place in it, whose headers are read once. */
function tarReader(path: string): (index: number) => Promise<Picture> {
  let listed: Promise<TarEntry[]> | undefined;
  return async (index) => {
    const file = await openPositioned(path);
    try {
      const {start, size} = (await (listed ??= allEntries(file)))[index] ?? {start: 0, size: 0};
      return decodePng(Buffer.from(await file.read(start, size)));
    } finally {
      await file.close();
    }
  };
}

async function allEntries(file: PositionedFile): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  for await (const entry of tarEntries(file)) entries.push(entry);
  return entries;
}
