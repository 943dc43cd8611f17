import {cosineOf, type Cosines} from '../../../trainer/contract/run/measured/gradientConflict.ts';
import {divergingColour} from '../../charts/divergingColour.ts';

/** The end of a colour scale around 0: the largest size of a cosine between different timesteps. */
export function scaleEnd(cosines: Cosines): number {
  const sizes = cosines.flat().map((cosine) => Math.abs(cosine ?? 0));
  return sizes.reduce((most, size) => Math.max(most, size), 1e-6);
}

/** [n, n, RGBA] The map with the first timestep at the lower left; the diagonal is 1, pairs without a cosine are transparent. */
export function conflictPixels(cosines: Cosines, end: number): Uint8ClampedArray<ArrayBuffer> {
  const n = cosines.length;
  const pixels = new Uint8ClampedArray(4 * n * n);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const cosine = row === column ? 1 : cosineOf(cosines, row, column);
      if (cosine !== null) pixels.set([...divergingColour(cosine / end), 255], 4 * ((n - 1 - row) * n + column));
    }
  }
  return pixels;
}
