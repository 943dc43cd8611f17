import {decode} from 'fast-png';
import {checkedPng} from './checkedPng.ts';
import type {Raster} from './resize.ts';

/** Whether a PNG has a palette, or grey of another depth than 8 bits: what Pillow holds otherwise than sharp gives it. */
export function isIndexedPng(bytes: Uint8Array): boolean {
  const [depth, colour] = [bytes[24], bytes[25]];
  return colour === 3 || (colour === 0 && depth !== 8);
}

/** Such a PNG as Pillow has it: grey, or the three colours that indices (and single bits) stand for. Throws an Error with the reason where it is broken. */
export function indexedPng(bytes: Uint8Array, maxPixels: number): Raster & {readonly mode: 'L' | 'P'} {
  const {data, width, height, depth, palette} = decode(checkedPng(bytes, maxPixels), {checkCrc: true});
  const size = {width, height};
  // Pillow's conversion of 16-bit grey to bytes cuts off what is above 255.
  if (depth === 16)
    return {...size, pixels: Uint8ClampedArray.from(data) as unknown as Uint8Array, channels: 1, mode: 'L'};
  const indices = unpack(data, width, height, depth);
  if (palette === undefined && depth > 1) {
    const step = 255 / ((1 << depth) - 1);
    return {...size, pixels: indices.map((value) => value * step), channels: 1, mode: 'L'};
  }
  const colours = palette ?? [
    [0, 0, 0],
    [255, 255, 255],
  ];
  const pixels = new Uint8Array(width * height * 3);
  indices.forEach((index, pixel) => {
    const colour = colours[index];
    if (colour === undefined) throw new Error(`it has no colour ${index}`);
    pixels.set(colour.slice(0, 3), pixel * 3);
  });
  return {...size, pixels, channels: 3, mode: 'P'};
}

/** Samples of 1 to 8 bits, whose lines begin at whole bytes, as one byte each. */
function unpack(data: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const stride = Math.ceil((width * depth) / 8);
  const largest = (1 << depth) - 1;
  const samples = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      samples[y * width + x] = ((data[y * stride + (bit >> 3)] ?? 0) >> (8 - depth - (bit & 7))) & largest;
    }
  }
  return samples;
}
