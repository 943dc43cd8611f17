import {heatSpans, paintSpans, type HeatMap, type HeatSpan} from './heatImage.ts';

/** A canvas with a heat map. Repaints only the columns that have changed. */
export class HeatCanvas {
  readonly #canvas: HTMLCanvasElement;
  #image: ImageData | null = null;
  #painted: readonly HeatSpan[] = [];

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Draws a map on `width` x buckets pixels; `range` are the losses at both ends of the colour scale. */
  draw(map: HeatMap, width: number, range: readonly [number, number]): void {
    const image = this.#imageOf(width, map.buckets);
    const pixels = new Uint32Array(image.data.buffer);
    const spans = heatSpans(map, width, range);
    const same = commonSpans(this.#painted, spans);
    this.#painted = spans;
    const from = spans[same]?.from ?? spans.at(-1)?.to ?? 0;
    for (let row = 0; row < map.buckets; row++) pixels.fill(0, row * width + from, (row + 1) * width);
    paintSpans(pixels, width, spans.slice(same));
    this.#canvas.getContext('2d')?.putImageData(image, 0, 0, from, 0, width - from, map.buckets);
  }

  /** The image of this size; an empty one if the size has changed. */
  #imageOf(width: number, height: number): ImageData {
    if (this.#image?.width === width && this.#image.height === height) return this.#image;
    Object.assign(this.#canvas, {width, height});
    this.#painted = [];
    this.#image = new ImageData(width, height);
    return this.#image;
  }
}

/** Number of leading spans that are unchanged. */
function commonSpans(before: readonly HeatSpan[], after: readonly HeatSpan[]): number {
  const isSame = (a: HeatSpan | undefined, b: HeatSpan) =>
    a?.from === b.from && a.to === b.to && a.colours === b.colours;
  const different = after.findIndex((span, i) => !isSame(before[i], span));
  return different < 0 ? after.length : different;
}
