import {join} from 'node:path';
import {nullForUserError} from '../../contract/errors.ts';
import type {MatrixRow} from '../../contract/matrix/matrixResult.ts';
import {readRegularFile} from '../../store/files/regularFile.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import type {MatrixCell} from './matrixCells.ts';
import type {CellRun} from './matrixResult.ts';
import {studyCharts} from './studyCharts.ts';

/** A picture for the page of a study. */
export interface StudyPicture {
  /** What comes behind `study-` in the name of its file. */
  readonly name: string;
  /** What it shows, for those who cannot see it. */
  readonly alt: string;
  readonly content: string | Uint8Array;
}

/** Bytes of a few rows of images at most. */
const largestPicture = 2 ** 28;

/**
 * The charts of a study, and for each search the images in which base and merged model differ most, of those that its first run keeps: chosen by the distance
 * of their features, not by eye.
 */
export async function studyPictures(
  cells: ReadonlyMap<MatrixCell, readonly CellRun[]>,
  rows: readonly MatrixRow[],
): Promise<StudyPicture[]> {
  const pictures = studyCharts(rows).map(({score, alt, svg}): StudyPicture => ({
    name: `${fileName(score)}.svg`,
    alt,
    content: svg,
  }));
  for (const [{labels}, [first]] of cells) {
    const pair = first?.report?.differing?.find(({models: [a, b]}) => a === 'base' && b === 'merged');
    if (!first?.path || !pair?.picture) continue;
    const label = Object.values(labels).join(', ');
    const file = join(runPaths.report(first.path), pair.picture);
    // Somebody may have removed it since: the numbers are there all the same.
    const content = await readRegularFile(file, largestPicture, 'a picture of a report').catch(nullForUserError);
    if (content === null) continue;
    const images = pair.images.map(({index}) => index).join(', ');
    pictures.push({
      name: `images-${fileName(label)}.png`,
      alt: `Images that differ most by ${pair.network}, of the first ${pair.compared}: base above, merged ${label} below; numbers ${images}`,
      content,
    });
  }
  return pictures;
}

/** A text in small letters and dashes. */
function fileName(text: string): string {
  const letters = text.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '');
  return letters.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
}
