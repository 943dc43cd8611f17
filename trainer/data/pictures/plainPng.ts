import {convertIndexedToRgb, decode, type DecodedPng} from 'fast-png';
import {checkedPng} from './checkedPng.ts';
import type {Raster} from './resize.ts';

/**
 * A PNG in the same terms as sharp gives it: 16 bits lose their lower half. Null where the image would need more than that (fewer than
 * 8 bits of grey, a transparent colour). Throws where the file is broken.
 */
export function plainPng(bytes: Uint8Array, maxPixels: number): Raster | null {
  const image = decode(checkedPng(bytes, maxPixels), {checkCrc: true});
  if (image.transparency || (image.depth < 8 && !image.palette)) return null;
  const {width, height} = image;
  if (!image.palette) return {pixels: eightBits(image.data), width, height, channels: image.channels};
  const channels = image.palette[0]?.length ?? 3;
  return {pixels: eightBits(convertIndexedToRgb(image)), width, height, channels};
}

function eightBits(data: DecodedPng['data']): Uint8Array {
  return data instanceof Uint16Array ? Uint8Array.from(data, (value) => value >> 8) : Uint8Array.from(data);
}
