import type {Raster} from '../../data/pictures/resize.ts';

/** Of each colour, for bytes divided by 255. */
export interface ColourStatistics {
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/** torchvision's ToTensor and Normalize in their single precision: (x / 255 - mean) / deviation, [H,W,3]. */
export function normalisedPixels({pixels}: Raster, {mean, deviation}: ColourStatistics): Float32Array {
  const tables = mean.map((centre, channel) =>
    Float32Array.from({length: 256}, (_, byte) => {
      const centred = Math.fround(Math.fround(byte / 255) - Math.fround(centre));
      return centred / Math.fround(deviation[channel] ?? 1);
    }),
  );
  return Float32Array.from(pixels, (byte, i) => tables[i % 3]?.[byte] ?? NaN);
}
