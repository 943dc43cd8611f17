import {gridColumns} from '../../contract/run/sampleGrid.ts';
import {encodePng, imageGrid} from './png.ts';

/** A PNG file of [N,H,W,C] images in [-1, 1], in a grid with `columns` or one that is about square. */
export function sampleGrid(
  images: Float32Array,
  shape: readonly [number, number, number],
  columns?: number,
): Uint8Array {
  const count = images.length / (shape[0] * shape[1] * shape[2]);
  const {pixels, width, height, channels} = imageGrid(images, [count, ...shape], columns ?? gridColumns(count));
  return encodePng(pixels, width, height, channels);
}
