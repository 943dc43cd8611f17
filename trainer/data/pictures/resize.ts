import {resampleAxis, type Interpolation, type ResampleAxis} from './resampleAxis.ts';

/** 8-bit samples in [height, width, channels]. */
export interface Raster {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** A rectangle of a resized image. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Resizes to `width` x `height` byte for byte as Pillow's `Image.resize` does, and gives the part in `window` (left out: all of it),
 * without computing the rest. The filters are antialiased: where an image shrinks, they widen by the factor.
 *
 * As in Pillow's Resample.c the weights are fixed-point numbers with 22 bits behind the point, and rows are resized first, rounded to
 * bytes in between. A direction in which the size stays is left as it is.
 */
export function resize(
  image: Raster,
  {width, height}: {readonly width: number; readonly height: number},
  interpolation: Interpolation,
  window: Window = {left: 0, top: 0, width, height},
): Raster {
  const {channels} = image;
  const columns = axis(image.width, width, interpolation, window.left, window.width);
  const rows = axis(image.height, height, interpolation, window.top, window.height);
  // The source rows that some output row needs.
  const first = rows.starts[0] ?? 0;
  const last = rows.starts.reduce((end, start, i) => Math.max(end, start + (rows.counts[i] ?? 0)), first);
  const line = image.width * channels;
  const source = image.pixels.subarray(first * line, last * line);
  const resized = resizeRows(source, {lines: last - first, line, channels}, columns);
  const pixels = resizeColumns(resized, window.width * channels, rows, first);
  return {pixels, width: window.width, height: window.height, channels};
}

/** The same as a `ResampleAxis`, with weights in fixed point. */
interface Axis extends Omit<ResampleAxis, 'weights'> {
  readonly weights: Int32Array | null;
}

const precision = 22;

function axis(source: number, size: number, interpolation: Interpolation, first: number, count: number): Axis {
  const {weights, ...places} = resampleAxis(source, size, interpolation, first, count);
  return {...places, weights: weights && Int32Array.from(weights, fixedPoint)};
}

function fixedPoint(value: number): number {
  const weight = value * (1 << precision);
  return Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
}

/** What is added before the shift by `precision`, so that it rounds. */
const half = 1 << (precision - 1);

interface Lines {
  readonly lines: number;
  /** Samples of a line. */
  readonly line: number;
  readonly channels: number;
}

/** [lines, width, channels] to [lines, columns, channels]. */
function resizeRows(source: Uint8Array, {lines, line, channels}: Lines, columns: Axis): Uint8Array {
  const width = columns.starts.length * channels;
  const out = new Uint8ClampedArray(lines * width);
  for (let y = 0; y < lines; y++) {
    const [from, to] = [source.subarray(y * line, (y + 1) * line), out.subarray(y * width, (y + 1) * width)];
    if (columns.weights === null) pick(from, columns.starts, channels, to);
    else if (channels === 3) resizeColours(from, columns, columns.weights, to);
    else
      for (let channel = 0; channel < channels; channel++) resizeChannel(from, columns, columns.weights, channel, to);
  }
  return new Uint8Array(out.buffer);
}

function pick(from: Uint8Array, starts: Int32Array, channels: number, to: Uint8ClampedArray): void {
  for (let x = 0, i = 0; x < starts.length; x++) {
    for (let channel = 0; channel < channels; channel++, i++) to[i] = from[starts[x]! * channels + channel]!;
  }
}

/** A row of three channels, whose sums advance together: almost twice as fast as one channel after the other. */
function resizeColours(
  from: Uint8Array,
  {starts, counts, stride}: Axis,
  weights: Int32Array,
  to: Uint8ClampedArray,
): void {
  for (let x = 0, i = 0; x < starts.length; x++, i += 3) {
    let [red, green, blue] = [half, half, half];
    const end = x * stride + counts[x]!;
    for (let k = x * stride, at = starts[x]! * 3; k < end; k++, at += 3) {
      const weight = weights[k]!;
      red = (red + Math.imul(from[at]!, weight)) | 0;
      green = (green + Math.imul(from[at + 1]!, weight)) | 0;
      blue = (blue + Math.imul(from[at + 2]!, weight)) | 0;
    }
    to[i] = red >> precision;
    to[i + 1] = green >> precision;
    to[i + 2] = blue >> precision;
  }
}

function resizeChannel(
  from: Uint8Array,
  {starts, counts, stride}: Axis,
  weights: Int32Array,
  channel: number,
  to: Uint8ClampedArray,
): void {
  const channels = to.length / starts.length;
  for (let x = 0; x < starts.length; x++) {
    let sum = half;
    const end = x * stride + counts[x]!;
    for (let k = x * stride, at = starts[x]! * channels + channel; k < end; k++, at += channels)
      sum = (sum + Math.imul(from[at]!, weights[k]!)) | 0;
    to[x * channels + channel] = sum >> precision;
  }
}

/** [lines, line] to [rows, line]; `source` begins with line `first`. */
function resizeColumns(
  source: Uint8Array,
  line: number,
  {starts, counts, weights, stride}: Axis,
  first: number,
): Uint8Array {
  const out = new Uint8ClampedArray(starts.length * line);
  const sums = new Int32Array(line);
  for (let y = 0; y < starts.length; y++) {
    const from = (starts[y]! - first) * line;
    if (weights === null) {
      out.set(source.subarray(from, from + line), y * line);
      continue;
    }
    sums.fill(half);
    for (let tap = 0; tap < counts[y]!; tap++) {
      const weight = weights[y * stride + tap]!;
      const at = from + tap * line;
      for (let i = 0; i < line; i++) sums[i] = (sums[i]! + Math.imul(source[at + i]!, weight)) | 0;
    }
    for (let i = 0; i < line; i++) out[y * line + i] = sums[i]! >> precision;
  }
  return new Uint8Array(out.buffer);
}
