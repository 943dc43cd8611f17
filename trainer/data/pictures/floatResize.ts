import {resampleAxis, type Interpolation, type ResampleAxis} from './resampleAxis.ts';
import type {Raster} from './resize.ts';

/** Samples in single precision, [height, width, channels]. */
export interface FloatRaster extends Omit<Raster, 'pixels'> {
  readonly pixels: Float32Array;
}

/**
 * Resizes each channel as Pillow resizes pictures of mode `F`: antialiased, sums in double, rounded to single precision after the rows and after the
 * columns, never to bytes. Cubic weights may lead out of 0 ... 255.
 */
export function floatResize(image: Raster, width: number, height: number, interpolation: Interpolation): FloatRaster {
  const {channels} = image;
  const columns = resampleAxis(image.width, width, interpolation, 0, width);
  const rows = resampleAxis(image.height, height, interpolation, 0, height);
  const wide = new Float32Array(image.height * width * channels);
  mix(image.pixels, wide, columns, {outer: image.height, inner: channels, source: image.width});
  const pixels = new Float32Array(height * width * channels);
  mix(wide, pixels, rows, {outer: 1, inner: width * channels, source: image.height});
  return {pixels, width, height, channels};
}

/** [outer, source, inner] -> [outer, positions of the axis, inner]. */
function mix(
  from: ArrayLike<number>,
  to: Float32Array,
  {starts, counts, weights, stride}: ResampleAxis,
  {outer, inner, source}: {readonly outer: number; readonly inner: number; readonly source: number},
): void {
  const sums = new Float64Array(inner);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (let position = 0; position < starts.length; position++, at += inner) {
      const first = (o * source + starts[position]!) * inner;
      sums.fill(0);
      for (let tap = 0; tap < counts[position]!; tap++) {
        const weight = weights === null ? 1 : weights[position * stride + tap]!;
        for (let i = 0; i < inner; i++) sums[i] = sums[i]! + from[first + tap * inner + i]! * weight;
      }
      to.set(sums, at);
    }
  }
}
