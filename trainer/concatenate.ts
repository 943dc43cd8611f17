type Numbers = Float32Array | Float64Array | Uint8Array;

/** A new array with the values of all parts, one after the other. */
export function concatenate<T extends Numbers>(Type: new (length: number) => T, parts: readonly T[]): T {
  const all = new Type(parts.reduce((sum, {length}) => sum + length, 0));
  let filled = 0;
  for (const part of parts) {
    all.set(part, filled);
    filled += part.length;
  }
  return all;
}
