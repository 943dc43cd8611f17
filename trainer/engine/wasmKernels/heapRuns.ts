/** The memory of a tensor in wasm's heap. */
export type Values = Float32Array | Int32Array | Uint8Array;

/** Copies `length` values. A typed array's own copy costs more than a loop for the few channels of a pixel. */
export function copyRun(source: Values, from: number, target: Values, to: number, length: number): void {
  if (length > 64) target.set(source.subarray(from, from + length), to);
  else for (let i = 0; i < length; i++) target[to + i] = source[from + i] ?? 0;
}
