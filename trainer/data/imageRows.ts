import type {ImageSource} from './dataset.ts';
import {writeUnitRange} from './pictures/pixelRange.ts';

/** How one image is drawn. */
export interface ImageDraw {
  /** Left to right. */
  readonly mirrored: boolean;
  /** Places a random crop, in [0, 1); left out: the crop is central. */
  random?(): number;
}

/** Images as the numbers that the input of a network is made of: their pixels in [-1, 1], or means and deviations of their latents. */
export interface ImageRows {
  readonly size: number;
  /** As in `ImageSource`, also over what the numbers were rounded to. */
  readonly fingerprint: string;
  /** [H,W,C] of what is kept of an image. */
  readonly shape: readonly [number, number, number];
  /** Null where the image is corrupt and left out. */
  read(index: number, draw?: ImageDraw): Promise<Float32Array | null>;
}

/** The pixels themselves, in [-1, 1]. */
export function pixelRows(source: ImageSource): ImageRows {
  const {size, shape, fingerprint} = source;
  return {
    size,
    fingerprint,
    shape,
    read: async (index, draw) => {
      const pixels = await source.read(index, draw?.random);
      if (pixels === null) return null;
      const row = new Float32Array(pixels.length);
      writeUnitRange(draw?.mirrored ? mirror(pixels, shape) : pixels, row, 0);
      return row;
    },
  };
}

/** Left-right mirror of an [H,W,C] image. */
function mirror(pixels: Uint8Array, [height, width, channels]: ImageSource['shape']): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let pixel = 0; pixel < height * width; pixel++) {
    const column = pixel % width;
    const from = (pixel - column + (width - 1 - column)) * channels;
    for (let channel = 0; channel < channels; channel++) out[pixel * channels + channel] = pixels[from + channel] ?? 0;
  }
  return out;
}
