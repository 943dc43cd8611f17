import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {writeTar, type TarFile} from '../../data/webDataset/writeTar.ts';
import {pictureName} from '../../sample/pictureName.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {namesIn} from '../../store/files/namesIn.ts';
import {readRegularFile} from '../../store/files/regularFile.ts';
import {runPaths} from '../../store/run/runPaths.ts';

/** Bytes of a picture of a run at most. */
export const largestPicture = 2 ** 30;

/**
 * Puts the `count` images of a model that were kept as files into one tar file, in their order, and removes the folder unless that is to
 * stay. Where a stop came between both, the tar file is complete and what is left of the folder goes.
 */
export async function packImages(
  {run, model, count}: {run: string; model: string; count: number},
  keepFolder: boolean,
): Promise<void> {
  const folder = runPaths.drawnImages(run, model);
  const there = new Set(await namesIn(folder));
  const names = Array.from({length: count}, (_, i) => pictureName(i, count));
  const isWhole = names.every((name) => there.has(name));
  const tar = runPaths.drawnTar(run, model);
  if (isWhole) await writeTar(tar, pictures(folder, names));
  else if (!(await fileExists(tar))) throw new Error(`images are missing in ${folder}`);
  if (!keepFolder) await rm(folder, {recursive: true, force: true});
}

async function* pictures(folder: string, names: readonly string[]): AsyncGenerator<TarFile> {
  for (const name of names)
    yield {name, data: await readRegularFile(join(folder, name), largestPicture, 'the samples')};
}
