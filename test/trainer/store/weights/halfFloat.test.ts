import {describe, expect, it} from 'vitest';
import {
  bfloat16ToFloat,
  floatToBfloat16,
  floatToHalf,
  halfToFloat,
} from '../../../../trainer/store/weights/halfFloat.ts';

const toHalf = (value: number) => floatToHalf(Float32Array.of(value))[0];
const toBfloat16 = (value: number) => floatToBfloat16(Float32Array.of(value))[0];
const allBits = Uint16Array.from({length: 65536}, (_, bits) => bits);

/** Checks nearest-even against the definition: no other 16-bit value is nearer, and on a tie the bits are even. */
function expectNearestEven(value: number, bits: number, decode: (bits: Uint16Array) => Float32Array): void {
  const error = (candidate: number) => Math.abs((decode(Uint16Array.of(candidate))[0] ?? NaN) - value);
  for (const neighbour of [bits - 1, bits + 1]) {
    if (neighbour < 0) continue;
    const [own, other] = [error(bits), error(neighbour)];
    expect(own < other || (own === other && bits % 2 === 0)).toBe(true);
  }
}

describe('half precision', () => {
  // Values from IEEE 754 and numpy.float16.
  it.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [1 / 3, 0x3555],
    [65504, 0x7bff],
    [65519.99609375, 0x7bff],
    [65520, 0x7c00],
    [1e10, 0x7c00],
    [-Infinity, 0xfc00],
    [2 ** -14, 0x0400],
    [2 ** -14 - 2 ** -24, 0x03ff],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.0001, 0x0001],
    [3 * 2 ** -25, 0x0002],
    [2 ** -14 - 2 ** -26, 0x0400],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
  ])('rounds %d to its bits', (value, bits) => {
    expect(toHalf(value)).toBe(bits);
  });

  it('returns every finite value and infinity unchanged through float32', () => {
    const finite = allBits.filter((bits) => (bits & 0x7c00) !== 0x7c00 || (bits & 0x3ff) === 0);
    expect(floatToHalf(halfToFloat(finite))).toEqual(finite);
  });

  it('keeps NaN a NaN both ways', () => {
    expect((toHalf(NaN) ?? 0) & 0x7fff).toBeGreaterThan(0x7c00);
    expect(halfToFloat(Uint16Array.of(0x7c01, 0xfe00))).toEqual(Float32Array.of(NaN, NaN));
  });

  it('rounds to nearest even over the whole range', () => {
    for (let i = 0; i < 4000; i++) {
      const value = Math.fround(1.0123 ** (i - 2000) * (1 + (i % 7) / 7));
      if (value < 65504) expectNearestEven(value, toHalf(value) ?? -1, halfToFloat);
    }
  });
});

describe('bfloat16', () => {
  // Values from torch.bfloat16.
  it.each([
    [1, 0x3f80],
    [-0, 0x8000],
    [Math.PI, 0x4049],
    [1 + 2 ** -8, 0x3f80],
    [1 + 3 * 2 ** -8, 0x3f82],
    [3.4028234663852886e38, 0x7f80],
    [-Infinity, 0xff80],
    [2 ** -133, 0x0001],
    [2 ** -134, 0x0000],
  ])('rounds %d to its bits', (value, bits) => {
    expect(toBfloat16(value)).toBe(bits);
  });

  it('returns every value but NaN unchanged through float32', () => {
    const numbers = allBits.filter((bits) => (bits & 0x7fff) <= 0x7f80);
    expect(floatToBfloat16(bfloat16ToFloat(numbers))).toEqual(numbers);
  });

  it('keeps NaN a NaN whose payload lies in the dropped half', () => {
    const payload = new Float32Array(Uint32Array.of(0x7f800001).buffer);
    expect((floatToBfloat16(payload)[0] ?? 0) & 0x7fff).toBeGreaterThan(0x7f80);
  });
});
