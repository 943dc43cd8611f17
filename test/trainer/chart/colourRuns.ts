import type {Pixels} from '../../../trainer/chart/canvas.ts';
import type {Colour} from '../../../trainer/chart/palette.ts';

/** Whether a pixel has just this colour. */
export function hasColour({pixels, width, channels}: Pixels, x: number, y: number, colour: Colour): boolean {
  const at = (y * width + x) * channels;
  return pixels[at] === colour[0] && pixels[at + 1] === colour[1] && pixels[at + 2] === colour[2];
}

/** Pieces of a row that have just this colour, as [first pixel, length]. */
export function colourRuns(picture: Pixels, y: number, colour: Colour): [start: number, length: number][] {
  const runs: [number, number][] = [];
  for (let x = 0; x < picture.width; x++) {
    if (!hasColour(picture, x, y, colour)) continue;
    const last = runs.at(-1);
    if (last && last[0] + last[1] === x) last[1]++;
    else runs.push([x, 1]);
  }
  return runs;
}

/** Rows in which the colour occurs left of `right`. */
export function colourRows(picture: Pixels, colour: Colour, right = picture.width): number[] {
  const rows = Array.from({length: picture.height}, (_, y) => y);
  return rows.filter((y) => colourRuns(picture, y, colour).some(([start]) => start < right));
}
