import {overWhite, toColours, toGrey} from './colours.ts';
import {bmpRaster} from './bmp.ts';
import {plainPng} from './plainPng.ts';
import type {Interpolation} from './resampleAxis.ts';
import {resize, type Raster} from './resize.ts';
import {loadSharp, sharpMissing, sharpRaster} from './sharpRaster.ts';
import {squareCrop} from './squareCrop.ts';

export interface ImageFit {
  /** Height and width of the result. */
  readonly resolution: number;
  readonly channels: 1 | 3;
  /** Left out: bilinear. */
  readonly interpolation?: Interpolation;
}

/** A file can claim any size in a few bytes. */
export const maxPixels = 50_000_000;

/**
 * Decodes one image file to [resolution, resolution, channels] bytes, as Pillow and torchvision do: turned upright by its EXIF orientation,
 * converted to 8-bit RGB or grey without regard to colour profiles, the short side resized to `resolution` (antialiased), a square cut
 * out. Alpha is laid over white, where Pillow's convert drops it, and 16 bits of grey lose their lower half, where Pillow's cuts off.
 *
 * Without sharp only BMP and plain PNG files are read; anything else is a UserError that asks for it. A file that is broken throws a plain Error
 * with the reason, for the caller to add which file it is.
 */
export async function decodeImage(bytes: Uint8Array, fit: ImageFit, random?: () => number): Promise<Uint8Array> {
  const {resolution, channels, interpolation = 'bilinear'} = fit;
  const opaque = overWhite(await decode(bytes));
  const image = channels === 1 ? toGrey(opaque) : opaque;
  const {width, height, left, top} = squareCrop(image.width, image.height, resolution, random);
  const square = resize(image, {width, height}, interpolation, {left, top, width: resolution, height: resolution});
  return (channels === 1 ? square : toColours(square)).pixels;
}

async function decode(bytes: Uint8Array): Promise<Raster> {
  const format = imageFormat(bytes);
  if (format === 'bmp') return bmpRaster(bytes, maxPixels);
  const sharp = await loadSharp();
  if (sharp.module) return sharpRaster(sharp.module, bytes, maxPixels);
  const plain = format === 'png' ? plainPng(bytes, maxPixels) : null;
  if (plain) return plain;
  throw sharpMissing(sharp.reason);
}

/** How files begin; a dot stands for any character. */
const signatures = {
  png: '\x89PNG\r\n\x1a\n',
  jpeg: '\xff\xd8\xff',
  webp: 'RIFF....WEBP',
  gif: 'GIF8.a',
  tiff: 'II*\0',
  tiffBigEndian: 'MM\0*',
  bigTiff: 'II+\0',
  bigTiffBigEndian: 'MM\0+',
  avif: '....ftypavif',
  avifSequence: '....ftypavis',
  heif: '....ftypmif1',
  bmp: 'BM',
};

/** By the first bytes, because names may be wrong and parquet rows have none. */
export function imageFormat(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  for (const [format, signature] of Object.entries(signatures))
    if ([...signature].every((letter, i) => letter === '.' || letter === start[i])) return format;
  throw new Error(bytes.length === 0 ? 'it is empty' : 'it is not a PNG, JPEG, WebP, GIF, TIFF, AVIF or BMP image');
}
