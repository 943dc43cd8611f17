import {decode, encode, type DecodedPng} from 'fast-png';
import {UserError} from '../../contract/errors.ts';
import {gridGap} from '../../contract/run/sampleGrid.ts';
import {checkedPng} from './checkedPng.ts';
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

/** More than any grid of samples has. */
const maxPixels = 25_000_000;

/** Pixels of a PNG as `encodePng` writes it: 8 bits, grey or RGB. A `UserError` where the file is broken. */
export function decodePng(bytes: Uint8Array): Picture {
  const {data, width, height, channels, depth} = decodeOwn(bytes);
  if (depth !== 8 || (channels !== 1 && channels !== 3)) {
    throw unreadable(`A PNG has 1 or 3 channels of 8 bits here, not ${channels} of ${depth}.`);
  }
  return {pixels: Uint8Array.from(data), width, height, channels};
}

function decodeOwn(bytes: Uint8Array): DecodedPng {
  try {
    return decode(checkedPng(bytes, maxPixels), {checkCrc: true});
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw unreadable(`This picture of a run cannot be read: ${reason}.`, cause);
  }
}

function unreadable(message: string, cause?: unknown): UserError {
  return new UserError('image-corrupt', message, {cause});
}

/** [N,H,W,C] in [-1, 1] as one picture, row by row with `columns` images each; fewer images make a narrower picture. */
export function imageGrid(
  images: Float32Array,
  shape: readonly [number, number, number, number],
  columns: number,
): Picture {
  return gridOfBytes(toBytes(images), shape, columns);
}

/** The same from bytes. */
export function gridOfBytes(
  bytes: Uint8Array,
  [count, imageHeight, imageWidth, channels]: readonly [number, number, number, number],
  columns: number,
): Picture {
  const across = Math.min(columns, count);
  const width = lengthOf(across, imageWidth);
  const height = lengthOf(Math.ceil(count / columns), imageHeight);
  const pixels = new Uint8Array(width * height * channels).fill(255);
  const line = imageWidth * channels;
  for (let row = 0; row < count * imageHeight; row++) {
    const image = Math.floor(row / imageHeight);
    const top = Math.floor(image / across) * (imageHeight + gridGap) + (row % imageHeight);
    const left = (image % across) * (imageWidth + gridGap);
    pixels.set(bytes.subarray(row * line, (row + 1) * line), (top * width + left) * channels);
  }
  return {pixels, width, height, channels};
}

/** How many images a grid has in a row and in a column. */
interface GridLayout {
  readonly columns: number;
  readonly rows: number;
}

/** The first rows and columns of a grid that `imageGrid` made with `layout`, as a smaller grid: at most `keep` of each. */
export function gridCorner(grid: Picture, {columns, rows}: GridLayout, keep: number): Picture {
  return cut(grid, [0, 0], [keptLength(grid.width, columns, keep), keptLength(grid.height, rows, keep)]);
}

/** One image of such a grid, by its number. */
export function gridImage(grid: Picture, {columns, rows}: GridLayout, index: number): Picture {
  const [width, height] = [keptLength(grid.width, columns, 1), keptLength(grid.height, rows, 1)];
  const [column, row] = [index % columns, Math.floor(index / columns)];
  return cut(grid, [column * (width + gridGap), row * (height + gridGap)], [width, height]);
}

function cut(
  {pixels: all, width: stride, channels}: Picture,
  [left, top]: readonly [number, number],
  [width, height]: readonly [number, number],
): Picture {
  const pixels = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * stride + left) * channels;
    pixels.set(all.subarray(start, start + width * channels), y * width * channels);
  }
  return {pixels, width, height, channels};
}

function keptLength(length: number, images: number, keep: number): number {
  return lengthOf(Math.min(images, keep), (length + gridGap) / images - gridGap);
}

function lengthOf(images: number, side: number): number {
  return images * side + (images - 1) * gridGap;
}
