import {UserError} from '../../contract/errors.ts';
import {greyOf} from './grey.ts';
import {decodePlainPng} from './plainPng.ts';
import {loadSharp, type Sharp} from './sharpModule.ts';
import {squareCrop} from './squareCrop.ts';

export interface ImageFit {
  /** Height and width of the result. */
  readonly resolution: number;
  readonly channels: 1 | 3;
}

/** A file can claim any size in a few bytes. Rotated and progressive ones are held in memory whole, at eight bytes a pixel. */
const MAX_PIXELS = 50_000_000;
/** A progressive JPEG is drawn over and over, usually ten times, and a file of a few kilobytes can ask for thousands. */
const MAX_DRAWN = 1_000_000_000;

/**
 * Decodes one PNG, JPEG or WebP file to [resolution, resolution, channels] bytes: turned upright by its EXIF
 * orientation, converted to 8-bit sRGB (16 bits lose their lower half), alpha laid over white, the short side resized to
 * `resolution` with a triangle (bilinear, antialiased) filter, a square cut out, and for one channel the Rec. 601 luma.
 *
 * Without sharp only PNG files that have that size already are read; anything else is a UserError that asks for it.
 * A file that is broken throws a plain Error with the reason, for the caller to add which file it is.
 */
export async function decodeImage(bytes: Uint8Array, fit: ImageFit, random?: () => number): Promise<Uint8Array> {
  const format = imageFormat(bytes);
  const sharp = await loadSharp();
  const rgb = sharp.module
    ? await decodeWithSharp(sharp.module, bytes, fit.resolution, random)
    : decodePlain(format, bytes, fit.resolution, sharp.reason);
  return fit.channels === 1 ? greyOf(rgb) : rgb;
}

/** Told by the first bytes, because names lie and parquet rows have none. */
function imageFormat(bytes: Uint8Array): 'png' | 'jpeg' | 'webp' {
  const text = (start: number, end: number): string => String.fromCharCode(...bytes.subarray(start, end));
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (text(0, 3) === '\xff\xd8\xff') return 'jpeg';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
  throw new Error(bytes.length === 0 ? 'it is empty' : 'it is not a PNG, JPEG or WebP image');
}

/** The pipeline is lazy: of a very long image only the square is computed. */
async function decodeWithSharp(
  sharp: Sharp,
  bytes: Uint8Array,
  resolution: number,
  random?: () => number,
): Promise<Uint8Array> {
  const image = sharp(bytes, {limitInputPixels: MAX_PIXELS, failOn: 'error'});
  const {autoOrient, format} = await image.metadata();
  if (format === 'jpeg') requireFewScans(bytes, autoOrient.width * autoOrient.height);
  const {width, height, left, top} = squareCrop(autoOrient.width, autoOrient.height, resolution, random);
  const pixels = await image
    .autoOrient()
    .flatten({background: '#ffffff'})
    .toColourspace('srgb')
    .resize(width, height, {fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false})
    .extract({left, top, width: resolution, height: resolution})
    .raw({depth: 'uchar'})
    .toBuffer();
  return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
}

/** Counts the markers at which scans start; in image data itself FF is always followed by 0. */
function requireFewScans(bytes: Uint8Array, pixels: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let scans = 0;
  for (let at = buffer.indexOf('\xff\xda', 0, 'latin1'); at >= 0; at = buffer.indexOf('\xff\xda', at + 2, 'latin1'))
    scans++;
  if (scans * pixels > MAX_DRAWN) throw new Error(`it is drawn ${scans} times over`);
}

function decodePlain(format: string, bytes: Uint8Array, resolution: number, reason: unknown): Uint8Array {
  const rgb = format === 'png' ? decodePlainPng(bytes, resolution) : null;
  if (rgb) return rgb;
  throw new UserError('sharp-missing', `Only plain ${resolution}x${resolution} PNG images can be read without sharp.`, {
    hint: 'Install it with: npm install sharp.',
    cause: reason,
  });
}
