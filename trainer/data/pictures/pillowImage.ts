import {bmpRaster} from './bmp.ts';
import {fromCmyk, toColours, withoutAlpha} from './colours.ts';
import {imageFormat, maxPixels} from './decodeImage.ts';
import {indexedPng, isIndexedPng} from './indexedPng.ts';
import {plainPng} from './plainPng.ts';
import type {Raster} from './resize.ts';
import {loadSharp, sharpMissing, sharpSamples} from './sharpRaster.ts';

/**
 * A picture in the mode in which Pillow's `Image.open` has it, which decides how it is resized. Samples of `P` (a palette, or a single bit) are the
 * three colours that they stand for: Pillow resizes such a picture by its nearest pixels, and that is the same before and after the look-up.
 */
export interface PillowImage extends Raster {
  readonly mode: 'L' | 'LA' | 'RGB' | 'RGBA' | 'CMYK' | 'P';
}

/**
 * The picture as the tools see it that compute scores: as it is stored, without turning it by its EXIF orientation and without colour profiles.
 * Throws as `decodeImage` does.
 */
export async function openPillowImage(bytes: Uint8Array): Promise<PillowImage> {
  const format = imageFormat(bytes);
  if (format === 'bmp') return openBmp(bytes);
  if (format === 'png' && isIndexedPng(bytes)) return indexedPng(bytes, maxPixels);
  const sharp = await loadSharp();
  if (sharp.module) {
    const {raster, isCmyk} = await sharpSamples(sharp.module, bytes, {maxPixels, upright: false});
    // Frames of a GIF have palettes; a colour that stands for transparent ones makes no alpha in Pillow.
    if (format === 'gif') return {...toColours(withoutAlpha(raster)), mode: 'P'};
    if (format === 'png' && hasNoAlpha(bytes)) return openOpaque(raster);
    return {...raster, mode: isCmyk ? 'CMYK' : modeOf(raster)};
  }
  const plain = format === 'png' ? plainPng(bytes, maxPixels) : null;
  if (plain === null) throw sharpMissing(sharp.reason);
  return {...plain, mode: modeOf(plain)};
}

/** Pillow's `convert('RGB')`: [height, width, 3]. */
export function toRgb(image: PillowImage): Raster {
  return image.mode === 'CMYK' ? fromCmyk(image) : toColours(withoutAlpha(image));
}

function openBmp(bytes: Uint8Array): PillowImage {
  const raster = bmpRaster(bytes, maxPixels);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const depth = view.getUint16(view.getUint32(14, true) === 12 ? 24 : 28, true);
  // A palette of all greys makes a grey picture.
  const isIndexed = depth === 1 || (depth <= 8 && !isGrey(raster));
  return {...raster, mode: isIndexed ? 'P' : modeOf(raster)};
}

function isGrey({pixels}: Raster): boolean {
  return pixels.every((value, i) => value === pixels[i - (i % 3)]);
}

function modeOf({channels}: Raster): PillowImage['mode'] {
  return (['L', 'LA', 'RGB', 'RGBA'] as const)[channels - 1] ?? 'RGB';
}

function openOpaque(raster: Raster): PillowImage {
  const opaque = withoutAlpha(raster);
  return {...opaque, mode: modeOf(opaque)};
}

/** Whether a PNG is of grey or colours alone by its header. A colour that stands for transparent pixels makes alpha in sharp, not in Pillow. */
function hasNoAlpha(bytes: Uint8Array): boolean {
  return bytes[25] === 0 || bytes[25] === 2;
}
