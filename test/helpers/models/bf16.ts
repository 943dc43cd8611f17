/** The nearest bfloat16, of two equally near ones the even one: the upper half of a float32. */
export function toBf16(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] as number;
  const rounded = (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
  return new Float32Array(Uint32Array.of(rounded).buffer)[0] as number;
}
