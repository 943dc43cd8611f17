import {describe, expect, it} from 'vitest';
import {notFiniteError, overflow} from '../../../../trainer/merge/files/finite.ts';
import {floatToBfloat16, floatToHalf} from '../../../../trainer/store/weights/halfFloat.ts';

describe('what is not finite', () => {
  it.each([NaN, Infinity, -Infinity])('is told with tensor and element: %s', (value) => {
    const {message, where} = notFiniteError('conv_in.weight', value, 1, 'F32', 'out');
    expect([message, where]).toEqual([`conv_in.weight holds ${value} at element 1.`, 'out']);
  });

  it('is in half precision what rounds to infinity, to the last float32', () => {
    const below = 65519.996;
    expect(floatToHalf(Float32Array.of(below, overflow.F16))).toEqual(Uint16Array.of(0x7bff, 0x7c00));
    expect(notFiniteError('w', -65520, 0, 'F16', 'out').message).toContain('too large for F16');
  });

  it('is in bfloat16 likewise', () => {
    const below = overflow.BF16 - 2 ** 104;
    expect(floatToBfloat16(Float32Array.of(below, overflow.BF16))).toEqual(Uint16Array.of(0x7f7f, 0x7f80));
  });
});
