import type sharp from 'sharp';
import {UserError} from '../../contract/errors.ts';
import {fromCmyk} from './colours.ts';
import type {Raster} from './resize.ts';

/** The function that the package exports. */
export type Sharp = typeof sharp;

/** sharp, or why it cannot be loaded. */
export type SharpModule = {readonly module: Sharp} | {readonly module: null; readonly reason: unknown};

let loading: Promise<SharpModule> | undefined;

/** sharp is an optional dependency with native code, which some machines have no build of. */
export function loadSharp(): Promise<SharpModule> {
  loading ??= import('sharp').then(
    (imported) => ({module: imported.default}),
    (reason: unknown) => ({module: null, reason}),
  );
  return loading;
}

/** What to say where a picture needs sharp and there is none. */
export function sharpMissing(cause: unknown): UserError {
  return new UserError('sharp-missing', 'Only BMP and plain PNG images can be read without sharp.', {
    hint: 'Install it with: npm install sharp.',
    cause,
  });
}

/** A progressive JPEG is drawn over and over, usually ten times, and a file of a few kilobytes can ask for thousands. */
const maxDrawn = 1_000_000_000;

/**
 * The picture upright, in 8 bits: RGB or RGBA. Colour profiles are left aside, as PyTorch's image datasets do.
 * Of a file with several pictures, the first.
 */
export async function sharpRaster(sharp: Sharp, bytes: Uint8Array, maxPixels: number): Promise<Raster> {
  const {raster, isCmyk} = await sharpSamples(sharp, bytes, {maxPixels, upright: true});
  return isCmyk ? fromCmyk(raster) : raster;
}

/** The samples in 8 bits as sharp gives them: RGB, RGBA or CMYK. `upright`: turned as the EXIF orientation says, else as it is stored. */
export async function sharpSamples(
  sharp: Sharp,
  bytes: Uint8Array,
  {maxPixels, upright}: {readonly maxPixels: number; readonly upright: boolean},
): Promise<{raster: Raster; isCmyk: boolean}> {
  const image = sharp(bytes, {limitInputPixels: maxPixels, failOn: 'error', ignoreIcc: true});
  const {autoOrient, format, space} = await image.metadata();
  if (format === 'jpeg') requireFewScans(bytes, autoOrient.width * autoOrient.height);
  if (space === 'cmyk') image.pipelineColourspace('cmyk');
  const isCmyk = space === 'cmyk';
  const {data, info} = await (upright ? image.autoOrient() : image)
    .toColourspace(isCmyk ? 'cmyk' : 'srgb')
    .raw({depth: 'uchar'})
    .toBuffer({resolveWithObject: true});
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return {raster: {pixels, width: info.width, height: info.height, channels: info.channels}, isCmyk};
}

/** Counts the markers at which scans start; in image data itself FF is always followed by 0. */
function requireFewScans(bytes: Uint8Array, pixels: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let scans = 0;
  for (let at = buffer.indexOf('\xff\xda', 0, 'latin1'); at >= 0; at = buffer.indexOf('\xff\xda', at + 2, 'latin1'))
    scans++;
  if (scans * pixels > maxDrawn) throw new Error(`it is drawn ${scans} times over`);
}
