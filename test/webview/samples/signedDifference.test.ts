import {expect, it} from 'vitest';
import {signedDifference} from '../../../webview/samples/signedDifference.ts';

it('is grey where pictures are the same, lighter or darker by the factor elsewhere, and never leaves the scale', () => {
  const of = Uint8ClampedArray.from([10, 20, 30, 255, 200, 0, 50, 255]);
  const from = Uint8ClampedArray.from([10, 10, 50, 255, 0, 200, 50, 255]);
  expect([...signedDifference(of, from, 1).pixels]).toEqual([128, 138, 108, 255, 255, 0, 128, 255]);
  expect([...signedDifference(of, from, 4).pixels]).toEqual([128, 168, 48, 255, 255, 0, 128, 255]);
  for (const factor of [1, 8]) expect(signedDifference(of, from, factor).sum).toBeCloseTo((10 + 20 + 400) / 765, 12);
});
