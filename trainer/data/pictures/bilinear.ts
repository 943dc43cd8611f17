import type {FloatRaster} from './floatResize.ts';
import type {Raster} from './resize.ts';

/**
 * Where the pixel centres lie: `half` as PyTorch's `interpolate(mode='bilinear', align_corners=False)`, `corner` as `resize_bilinear` of TensorFlow 1
 * (source = i * in / out). Neither widens the filter where the picture shrinks.
 */
export type PixelCentres = 'half' | 'corner';

/** Resizes by the four nearest pixels, in the single precision of these libraries: bytes are divided by `divisor` before. */
export function bilinear(
  image: Raster,
  width: number,
  height: number,
  centres: PixelCentres,
  divisor = 1,
): FloatRaster {
  const {channels} = image;
  const values = Float32Array.from(image.pixels, (value) => value / divisor);
  const columns = neighbours(image.width, width, centres);
  const rows = neighbours(image.height, height, centres);
  const pixels = new Float32Array(width * height * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const [above, below] = [rows.low[y]! * image.width, rows.high[y]! * image.width];
    for (let x = 0; x < width; x++) {
      const [left, right] = [columns.low[x]!, columns.high[x]!];
      for (let channel = 0; channel < channels; channel++, at++) {
        const value = (pixel: number): number => values[pixel * channels + channel]!;
        const upper = between(value(above + left), value(above + right), columns.shares[x]!);
        const lower = between(value(below + left), value(below + right), columns.shares[x]!);
        pixels[at] = between(upper, lower, rows.shares[y]!);
      }
    }
  }
  return {pixels, width, height, channels};
}

/** The two source positions of each position, and the share of the second. */
function neighbours(source: number, size: number, centres: PixelCentres) {
  const step = Math.fround(source / size);
  const shares = new Float32Array(size);
  const [low, high] = [new Int32Array(size), new Int32Array(size)];
  for (let i = 0; i < size; i++) {
    const place =
      centres === 'half' ? Math.max(0, Math.fround(Math.fround(step * (i + 0.5)) - 0.5)) : Math.fround(step * i);
    low[i] = Math.min(Math.trunc(place), source - 1);
    high[i] = Math.min(low[i]! + 1, source - 1);
    shares[i] = place - low[i]!;
  }
  return {low, high, shares};
}

function between(first: number, second: number, share: number): number {
  return Math.fround(first + Math.fround(Math.fround(second - first) * share));
}
