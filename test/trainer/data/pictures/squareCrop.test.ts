import {describe, expect, it} from 'vitest';
import {squareCrop} from '../../../../trainer/data/pictures/squareCrop.ts';

describe('squareCrop', () => {
  it.each([
    ['landscape', 640, 480, 256, {width: 341, height: 256, left: 42, top: 0}],
    ['portrait', 480, 640, 256, {width: 256, height: 341, left: 0, top: 42}],
    ['square', 32, 32, 32, {width: 32, height: 32, left: 0, top: 0}],
    ['upscaled', 10, 15, 20, {width: 20, height: 30, left: 0, top: 5}],
  ])('puts the square in the middle: %s', (_, width, height, resolution, crop) => {
    expect(squareCrop(width, height, resolution)).toEqual(crop);
  });

  it('reaches every place, the first and the last alike', () => {
    const at = (draw: number): number => squareCrop(13, 10, 10, () => draw).left;
    expect([0, 0.24, 0.26, 0.51, 0.76, 0.9999].map(at)).toEqual([0, 0, 1, 2, 3, 3]);
  });

  it('draws the row first, then the column, whatever the shape', () => {
    const draws = [0.1, 0.6];
    const next = (): number => draws.shift() ?? 1;
    expect(squareCrop(20, 10, 10, next).left).toBe(6);
    expect(draws).toEqual([]);
  });
});
