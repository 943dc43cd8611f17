import type {FlatLayout, FlatVector} from '../../nn/flatParams.ts';
import {segments} from '../../nn/flatParams.ts';
import {createRandom} from '../../random.ts';

/** Which numbers are kept of the gradient of a network. */
export interface SketchLayout {
  readonly gradient: FlatLayout;
  /** Most numbers that are kept of one tensor. */
  readonly width: number;
  readonly seed: number;
  /** Numbers that are kept of each tensor: all of one that has no more than `width`. */
  readonly sizes: readonly number[];
  readonly total: number;
}

/** @param width Infinity: the gradients are kept whole */
export function sketchLayout(gradient: FlatLayout, width: number, seed: number): SketchLayout {
  const sizes = gradient.sizes.map((size) => Math.min(size, width));
  return {gradient, width, seed, sizes, total: sizes.reduce((sum, size) => sum + size, 0)};
}

/**
 * Adds `scale` times the random projection of a gradient to `sketch`, [total]. Sketches made with the same layout keep scalar products:
 * a tensor with more than `width` values goes through a count sketch of its own (Charikar, Chen and Farach-Colton, "Finding Frequent Items in
 * Data Streams", 2002; as a projection: Weinberger et al., "Feature Hashing", arXiv 0902.2206), in which every value is added with a random sign
 * to a random one of `width` sums. The expectation of the scalar product of two sketches is that of the gradients, and a cosine c of sketches of
 * one tensor has the standard error (1 - c²) / sqrt(width) for large widths; over several tensors, the errors are independent and it is smaller
 * than 1 / sqrt(width) all the more.
 *
 * On the host there is never more than one segment of the gradient, which stays the caller's.
 */
export async function addSketch(
  {gradient: layout, width, seed, sizes}: SketchLayout,
  gradient: FlatVector,
  scale: number,
  sketch: Float64Array,
): Promise<void> {
  const names = segments(layout.names, layout);
  const kept = segments(sizes, layout);
  const lengths = segments(layout.sizes, layout);
  let to = 0;
  for (const [i, segment] of gradient.entries()) {
    const values = await segment.data<'float32'>();
    let from = 0;
    for (const [k, name] of (names[i] ?? []).entries()) {
      const [length, size] = [lengths[i]?.[k] ?? 0, kept[i]?.[k] ?? 0];
      const [own, sums] = [values.subarray(from, from + length), sketch.subarray(to, to + size)];
      if (size === length) own.forEach((value, at) => (sums[at]! += scale * value));
      else addCounts(own, scale, sums, createRandom(seed, 'sketch', name, width).uint32);
      from += length;
      to += size;
    }
  }
}

/** One random word for each value: its lowest bit is the sign, the others choose the sum. */
function addCounts(values: Float32Array, scale: number, sums: Float64Array, uint32: () => number): void {
  for (let at = 0; at < values.length; at++) {
    const word = uint32();
    sums[(word >>> 1) % sums.length]! += (word & 1 ? -scale : scale) * (values[at] ?? 0);
  }
}
