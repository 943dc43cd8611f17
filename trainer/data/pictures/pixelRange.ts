/** Bytes 0..255 to the network's range: x / 127.5 - 1, written into `out` at `offset`. */
export function writeUnitRange(pixels: Uint8Array, out: Float32Array, offset: number): void {
  for (let i = 0; i < pixels.length; i++) out[offset + i] = (pixels[i] ?? 0) / 127.5 - 1;
}

/** Values in [-1, 1] to bytes: rounded, clamped outside the range; NaN becomes 0. Exact inverse for images from bytes. */
export function toBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8ClampedArray(values.length);
  for (let i = 0; i < values.length; i++) bytes[i] = ((values[i] ?? NaN) + 1) * 127.5;
  return new Uint8Array(bytes.buffer);
}
