import {describe, expect, it} from 'vitest';
import {checkFinite} from '../../../trainer/merge/finite.ts';
import {floatToBfloat16, floatToHalf} from '../../../trainer/store/halfFloat.ts';

describe('checkFinite', () => {
  it.each([NaN, Infinity, -Infinity])('names the tensor and the element that is %s', (value) => {
    const check = () => checkFinite('conv_in.weight', Float32Array.of(1, value), 'F32', 'out');
    expect(check).toThrow(`conv_in.weight holds ${value} at element 1.`);
  });

  it('knows what overflows in half precision, to the last float32', () => {
    const below = 65519.996;
    expect(floatToHalf(Float32Array.of(below, 65520))).toEqual(Uint16Array.of(0x7bff, 0x7c00));
    expect(() => checkFinite('w', Float32Array.of(-below), 'F16', 'out')).not.toThrow();
    expect(() => checkFinite('w', Float32Array.of(-65520), 'F16', 'out')).toThrow('too large for F16');
    expect(() => checkFinite('w', Float32Array.of(65520), 'BF16', 'out')).not.toThrow();
  });

  it('knows what overflows in bfloat16', () => {
    const limit = 2 ** 128 - 2 ** 119;
    const below = limit - 2 ** 104;
    expect(floatToBfloat16(Float32Array.of(below, limit))).toEqual(Uint16Array.of(0x7f7f, 0x7f80));
    expect(() => checkFinite('w', Float32Array.of(below), 'BF16', 'out')).not.toThrow();
    expect(() => checkFinite('w', Float32Array.of(limit), 'BF16', 'out')).toThrow('too large for BF16');
  });
});
