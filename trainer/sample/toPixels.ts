/**
 * Bytes of images in [-1, 1], in the same layout: x/2 + 0.5 clamped to [0, 1], times 255, rounded half to even, in float32 as the
 * pipelines of diffusers do.
 */
export function toPixels(images: Float32Array): Uint8Array {
  // Conversion to a clamped byte rounds half to even, and halving is exact in float32.
  const scaled = Uint8ClampedArray.from(images, (value) => Math.fround(Math.fround(value / 2 + 0.5) * 255));
  return new Uint8Array(scaled.buffer);
}
