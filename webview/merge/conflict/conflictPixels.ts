import {cosineOf, type Cosines} from '../../../trainer/contract/run/measured/gradientConflict.ts';

/** Red, green and blue for a cosine at minus the end of the scale, at 0 and at the end: apart for every kind of colour vision. */
const ends = [
  [179, 88, 6],
  [247, 247, 247],
  [33, 102, 172],
] as const;

/** The end of a colour scale around 0: the largest size of a cosine between different timesteps. */
export function scaleEnd(cosines: Cosines): number {
  const sizes = cosines.flat().map((cosine) => Math.abs(cosine ?? 0));
  return sizes.reduce((most, size) => Math.max(most, size), 1e-6);
}

/** The colour of a share of the scale from -1 to 1: orange below 0, blue above. */
export function conflictColour(share: number): readonly [red: number, green: number, blue: number] {
  const size = Math.min(1, Math.abs(share));
  const [middle, end] = [ends[1], share < 0 ? ends[0] : ends[2]];
  const channel = (i: 0 | 1 | 2) => Math.round(middle[i] + size * (end[i] - middle[i]));
  return [channel(0), channel(1), channel(2)];
}

/** [n, n, RGBA] The map with the first timestep at the lower left; the diagonal is 1, pairs without a cosine are transparent. */
export function conflictPixels(cosines: Cosines, end: number): Uint8ClampedArray<ArrayBuffer> {
  const n = cosines.length;
  const pixels = new Uint8ClampedArray(4 * n * n);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const cosine = row === column ? 1 : cosineOf(cosines, row, column);
      if (cosine !== null) pixels.set([...conflictColour(cosine / end), 255], 4 * ((n - 1 - row) * n + column));
    }
  }
  return pixels;
}
