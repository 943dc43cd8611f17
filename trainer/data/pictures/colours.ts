import type {Raster} from './resize.ts';

/**
 * Samples as Pillow's convert('RGB') or convert('L') leaves them: [height, width, 3], or 1 channel for grey. A second or fourth channel
 * is alpha, and the picture is laid over white by it.
 */
export function overWhite(image: Raster): Raster {
  const {pixels, width, height, channels} = image;
  if (channels === 1 || channels === 3) return image;
  const colours = channels - 1;
  const out = new Uint8Array(width * height * colours);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const start = pixel * channels;
    const alpha = pixels[start + colours] ?? 255;
    for (let channel = 0; channel < colours; channel++) {
      const value = pixels[start + channel] ?? 0;
      out[pixel * colours + channel] = dividedBy255(value * alpha + 255 * (255 - alpha));
    }
  }
  return {pixels: out, width, height, channels: colours};
}

/** Without alpha: the first channel of two, the first three of four. Pillow's convert drops alpha. */
export function withoutAlpha(image: Raster): Raster {
  const {pixels, width, height, channels} = image;
  if (channels === 1 || channels === 3) return image;
  const colours = channels - 1;
  const out = new Uint8Array(width * height * colours);
  for (let pixel = 0; pixel < width * height; pixel++)
    for (let channel = 0; channel < colours; channel++)
      out[pixel * colours + channel] = pixels[pixel * channels + channel] ?? 0;
  return {pixels: out, width, height, channels: colours};
}

/** Ink to light: (255 - C) (255 - K) / 255 and so on, as Pillow has it, without a colour profile. */
export function fromCmyk({pixels, width, height}: Raster): Raster {
  const out = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const black = 255 - (pixels[pixel * 4 + 3] ?? 0);
    for (let ink = 0; ink < 3; ink++)
      out[pixel * 3 + ink] = dividedBy255((255 - (pixels[pixel * 4 + ink] ?? 0)) * black);
  }
  return {pixels: out, width, height, channels: 3};
}

/** Grey by the weights of Rec. 601, in the fixed point of Pillow's convert('L'), so that grey stays as it is. */
export function toGrey(image: Raster): Raster {
  if (image.channels === 1) return image;
  const {pixels: rgb, width, height} = image;
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    const [red = 0, green = 0, blue = 0] = [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]];
    grey[i] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
  }
  return {pixels: grey, width, height, channels: 1};
}

/** Grey three times over; colours as they are. */
export function toColours(image: Raster): Raster {
  if (image.channels === 3) return image;
  const {pixels, width, height} = image;
  const out = new Uint8Array(pixels.length * 3);
  pixels.forEach((value, i) => out.fill(value, 3 * i, 3 * i + 3));
  return {pixels: out, width, height, channels: 3};
}

/** Rounded, for products of two bytes. */
export function dividedBy255(product: number): number {
  const value = product + 128;
  return ((value >> 8) + value) >> 8;
}
