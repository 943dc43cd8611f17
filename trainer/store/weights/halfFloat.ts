/** IEEE binary16 bits -> float32, exact. */
export function halfToFloat(bits: Uint16Array, out: Float32Array = new Float32Array(bits.length)): Float32Array {
  const table = halfTable();
  for (let i = 0; i < bits.length; i++) out[i] = table[bits[i] ?? 0] ?? 0;
  return out;
}

/** float32 -> IEEE binary16 bits, rounded to nearest, ties to even; beyond 65519.99 becomes infinity. */
export function floatToHalf(values: Float32Array, out = new Uint16Array(values.length)): Uint16Array {
  const words = wordsOf(values);
  for (let i = 0; i < words.length; i++) out[i] = roundToHalf(words[i] ?? 0);
  return out;
}

/** bfloat16 bits -> float32, exact. */
export function bfloat16ToFloat(bits: Uint16Array, out: Float32Array = new Float32Array(bits.length)): Float32Array {
  const words = wordsOf(out);
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] ?? 0) << 16;
  return out;
}

/** float32 -> bfloat16 bits, rounded to nearest, ties to even. */
export function floatToBfloat16(values: Float32Array, out = new Uint16Array(values.length)): Uint16Array {
  const words = wordsOf(values);
  for (let i = 0; i < words.length; i++) out[i] = roundToBfloat16(words[i] ?? 0);
  return out;
}

function wordsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

let table: Float32Array | undefined;

function halfTable(): Float32Array {
  table ??= Float32Array.from({length: 65536}, (_, bits) => halfValue(bits));
  return table;
}

function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function roundToHalf(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude < 0x38800000) return sign | subnormalHalf(magnitude);
  // Rebias the exponent from 127 to 15; a carry out of the fraction runs into the exponent, as it should (up to infinity).
  const rebiased = magnitude - 0x38000000;
  return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
}

/** Multiples of 2^-24 for magnitudes below 2^-14. */
function subnormalHalf(magnitude: number): number {
  const shift = 126 - (magnitude >>> 23);
  if (shift > 24) return 0;
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const floor = fraction >>> shift;
  const rest = fraction - (floor << shift);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (floor & 1) === 1) ? floor + 1 : floor;
}

function roundToBfloat16(word: number): number {
  // A NaN whose payload sits in the dropped half would turn into infinity.
  if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 0x40;
  return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
}
