import {encode} from 'fast-png';
import {toBytes} from './pixelRange.ts';

export interface Picture {
  /** [height, width, channels]. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** A PNG file of [height, width, channels] bytes, 1 channel for grey or 3 for RGB. The same pixels give the same bytes. */
export function encodePng(pixels: Uint8Array, width: number, height: number, channels: number): Uint8Array {
  if (channels !== 1 && channels !== 3) throw new RangeError(`A PNG has 1 or 3 channels here, not ${channels}.`);
  return encode({data: pixels, width, height, channels, depth: 8});
}

/** Pixels between neighbours, white like the free places of the last row. */
const GAP = 2;

/** [N,H,W,C] in [-1, 1] as one picture, row by row with `columns` images each; fewer images make a narrower picture. */
export function imageGrid(
  images: Float32Array,
  shape: readonly [number, number, number, number],
  columns: number,
): Picture {
  const [count, imageHeight, imageWidth, channels] = shape;
  const across = Math.min(columns, count);
  const width = lengthOf(across, imageWidth);
  const height = lengthOf(Math.ceil(count / columns), imageHeight);
  const bytes = toBytes(images);
  const pixels = new Uint8Array(width * height * channels).fill(255);
  const line = imageWidth * channels;
  for (let row = 0; row < count * imageHeight; row++) {
    const image = Math.floor(row / imageHeight);
    const top = Math.floor(image / across) * (imageHeight + GAP) + (row % imageHeight);
    const left = (image % across) * (imageWidth + GAP);
    pixels.set(bytes.subarray(row * line, (row + 1) * line), (top * width + left) * channels);
  }
  return {pixels, width, height, channels};
}

function lengthOf(images: number, side: number): number {
  return images * side + (images - 1) * GAP;
}
