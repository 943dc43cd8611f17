import {dividedBy255} from './colours.ts';
import {toRgb, type PillowImage} from './pillowImage.ts';
import type {Interpolation} from './resampleAxis.ts';
import {resize, type Raster, type Window} from './resize.ts';
import {squareCrop} from './squareCrop.ts';

/**
 * Pillow's `Image.resize` in the picture's own mode, [height, width, 3] afterwards. The order matters: colours are multiplied by alpha before they
 * are mixed, inks are mixed as inks, and pictures with palettes take their nearest pixels whatever was asked for.
 */
export function resizeToRgb(
  image: PillowImage,
  size: {readonly width: number; readonly height: number},
  interpolation: Interpolation,
  window?: Window,
): Raster {
  const {mode, width, height} = image;
  if (mode === 'P') return resize(image, size, 'nearest', window);
  const hasAlpha = (mode === 'LA' || mode === 'RGBA') && interpolation !== 'nearest';
  if (!hasAlpha || (width === size.width && height === size.height))
    return toRgb({...resize(image, size, interpolation, window), mode});
  return toRgb({...divided(resize(multiplied(image), size, interpolation, window)), mode});
}

/** torchvision's `Resize(size)` and `CenterCrop(size)`, as CLIP's pictures are prepared: [size, size, 3]. */
export function centreSquare(image: PillowImage, size: number, interpolation: Interpolation): Raster {
  const {width, height, left, top} = squareCrop(image.width, image.height, size);
  return resizeToRgb(image, {width, height}, interpolation, {left, top, width: size, height: size});
}

/** Colours times alpha, Pillow's `RGBa`. */
function multiplied(image: Raster): Raster {
  return withColours(image, (value, alpha) => dividedBy255(value * alpha));
}

function divided(image: Raster): Raster {
  return withColours(image, (value, alpha) =>
    alpha === 0 || alpha === 255 ? value : Math.min(255, Math.floor((255 * value) / alpha)),
  );
}

/** Every channel but the last, which is alpha, changed by it. */
function withColours(image: Raster, change: (value: number, alpha: number) => number): Raster {
  const {channels} = image;
  const pixels = Uint8Array.from(image.pixels);
  for (let pixel = 0; pixel < pixels.length; pixel += channels) {
    const alpha = pixels[pixel + channels - 1] ?? 0;
    for (let at = pixel; at < pixel + channels - 1; at++) pixels[at] = change(pixels[at] ?? 0, alpha);
  }
  return {...image, pixels};
}
