import type {ImageShape} from '../../models/imageSpace.ts';
import type {ImageSpan} from '../../sample/sampleImages.ts';

/** Something that is made of the images of a series, which come one by one. */
export interface ImageTaker {
  /** The images that it lacks, in rising order. */
  readonly needs: readonly ImageSpan[];
  /** Gets each of them, [H,W,C] in about [-1, 1], and in order. */
  take(index: number, image: Float32Array): Promise<void> | void;
}

/** Images of a series, made or read when they are asked for. */
export interface ImageSeries {
  readonly shape: ImageShape;
  /** Those of a span, as batches [n,H,W,C]. */
  batches(span: ImageSpan): AsyncIterable<Float32Array>;
}

/** Gives every taker the images that it needs, each of which is made once. */
export async function giveImages({shape, batches}: ImageSeries, takers: readonly ImageTaker[]): Promise<void> {
  const pixels = shape[0] * shape[1] * shape[2];
  for (const span of neededSpans(takers)) {
    let index = span[0];
    for await (const images of batches(span)) {
      for (let start = 0; start < images.length; start += pixels, index++) {
        const image = images.subarray(start, start + pixels);
        for (const taker of takers) if (includes(taker.needs, index)) await taker.take(index, image);
      }
    }
  }
}

/** The spans of all images that some taker needs, in rising order; none touches another. */
export function neededSpans(takers: readonly Pick<ImageTaker, 'needs'>[]): ImageSpan[] {
  const sorted = takers.flatMap(({needs}) => needs).sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [first, end] of sorted) {
    const last = joined.at(-1);
    if (last && first <= last[1]) last[1] = Math.max(last[1], end);
    else if (first < end) joined.push([first, end]);
  }
  return joined;
}

/** Images of these spans that come at `position` or later. */
export function imagesLeft(spans: readonly ImageSpan[], position: number): number {
  return spans.reduce((left, [first, end]) => left + Math.max(0, end - Math.max(first, position)), 0);
}

function includes(spans: readonly ImageSpan[], index: number): boolean {
  return spans.some(([first, end]) => first <= index && index < end);
}
