import {type Colour, ink} from './palette.ts';
import {type Stroke, strokeCoverage} from './strokeCoverage.ts';

/** A picture of bytes, [height, width, channels]: 1 channel for grey or 3 for RGB. */
export interface Pixels {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** An RGB picture. */
export interface RgbPicture extends Pixels {
  readonly channels: 3;
}

/** Pixels to draw on. What lies outside is cut off. */
export class Canvas implements RgbPicture {
  readonly pixels: Uint8Array;
  readonly channels = 3;

  constructor(
    readonly width: number,
    readonly height: number,
    background: Colour = ink.background,
  ) {
    this.pixels = new Uint8Array(width * height * this.channels);
    this.fillRectangle(0, 0, width, height, background);
  }

  /** Edges are rounded to whole pixels, so that they stay sharp. */
  fillRectangle(left: number, top: number, width: number, height: number, colour: Colour): void {
    const [startX, endX] = [Math.max(0, Math.round(left)), Math.min(this.width, Math.round(left + width))];
    const [startY, endY] = [Math.max(0, Math.round(top)), Math.min(this.height, Math.round(top + height))];
    for (let y = startY; y < endY; y++) {
      for (let x = startX; x < endX; x++) {
        const at = (y * this.width + x) * this.channels;
        [this.pixels[at], this.pixels[at + 1], this.pixels[at + 2]] = colour;
      }
    }
  }

  /** Anti-aliased strokes of one thickness in pixels, as one shape: with an opacity below 1 they do not add up where they meet. */
  drawStrokes(strokes: readonly Stroke[], thickness: number, colour: Colour, opacity = 1): void {
    const {left, top, width, height, values} = strokeCoverage(strokes, thickness, this);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) this.blend(left + x, top + y, colour, opacity * (values[y * width + x] ?? 0));
    }
  }

  /** Copies a picture, grey or RGB, each of its pixels as a square of `scale` pixels. */
  drawPicture({pixels, width, height, channels}: Pixels, left: number, top: number, scale: number): void {
    for (let y = 0; y < height * scale; y++) {
      for (let x = 0; x < width * scale; x++) {
        const at = (Math.floor(y / scale) * width + Math.floor(x / scale)) * channels;
        const byte = (channel: number) => pixels[at + Math.min(channel, channels - 1)] ?? 0;
        this.blend(left + x, top + y, [byte(0), byte(1), byte(2)], 1);
      }
    }
  }

  /** Lays a colour over a pixel, from an opacity of 0 (nothing) to 1 (all). */
  blend(x: number, y: number, colour: Colour, opacity: number): void {
    if (opacity <= 0 || x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = (y * this.width + x) * this.channels;
    for (let channel = 0; channel < this.channels; channel++) {
      const below = this.pixels[at + channel] ?? 0;
      this.pixels[at + channel] = Math.round(below + opacity * ((colour[channel] ?? 0) - below));
    }
  }
}
