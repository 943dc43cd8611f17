import {describe, expect, it} from 'vitest';
import {measureStrokes} from '../../../../trainer/data/captions/strokes.ts';

const size = 28;

/** A stroke of this width whose top leans `slant` pixels to the right for each pixel of height. */
function stroke(width: number, slant: number): Uint8Array {
  const pixels = new Uint8Array(size * size);
  for (let y = 2; y < 26; y++) {
    const left = Math.round(size / 2 - width / 2 + slant * (size / 2 - y));
    pixels.fill(255, y * size + left, y * size + left + width);
  }
  return pixels;
}

const measure = (pixels: Uint8Array) => measureStrokes(pixels, [size, size, 1]);

describe('strokes', () => {
  it.each([0, 0.25, -0.25, 0.5])('that lean by %f are measured so', (slant) => {
    expect(measure(stroke(3, slant)).slant).toBeCloseTo(slant, 1);
  });

  it('of a known outline have the width that it says', () => {
    // 24 rows of 4 pixels: 96 of ink; 24 + 24 beside, 4 + 4 above and below, where at the far corner two steps count as their diagonal.
    expect(measure(stroke(4, 0)).width).toBeCloseTo((2 * 96) / (2 * 24 + 2 * 4 - 2 + Math.SQRT2), 9);
    expect(measure(stroke(2, 0.25)).width).toBeLessThan(measure(stroke(4, 0.25)).width);
  });

  it('that are fainter have the same slant', () => {
    expect(measure(stroke(3, 0.25).map((value) => value / 3)).slant).toBeCloseTo(measure(stroke(3, 0.25)).slant, 9);
  });

  it('are not there in a blank image, and lean nowhere in a single row', () => {
    expect(measure(new Uint8Array(size * size))).toEqual({slant: 0, width: 0});
    expect(measure(new Uint8Array(size * size).fill(255, 0, size)).slant).toBe(0);
  });
});
