import {describe, expect, it} from 'vitest';
import {fileShape, memoryShape, toFileOrder, toMemoryOrder} from '../../../trainer/models/layout.ts';

describe('layout', () => {
  it('turns OIHW into HWIO', () => {
    expect(memoryShape([4, 3, 5, 2])).toEqual([5, 2, 3, 4]);
    // Element (o, i, h, w) holds the digits oihw.
    const file = Float32Array.from(
      {length: 2 * 3 * 1 * 2},
      (_, k) => 1000 * Math.floor(k / 6) + 100 * (Math.floor(k / 2) % 3) + (k % 2),
    );
    expect([...toMemoryOrder(file, [2, 3, 1, 2])]).toEqual([
      0, 1000, 100, 1100, 200, 1200, 1, 1001, 101, 1101, 201, 1201,
    ]);
  });

  it('turns [out, in] into [in, out]', () => {
    expect(memoryShape([2, 3])).toEqual([3, 2]);
    expect([...toMemoryOrder(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('leaves vectors alone', () => {
    expect(memoryShape([7])).toEqual([7]);
    expect([...toMemoryOrder(Float32Array.of(1, 2), [2])]).toEqual([1, 2]);
  });

  it.each([[[4, 3, 5, 2]], [[6, 5]], [[9]]])('goes back and forth: %s', (shape) => {
    const values = Float32Array.from({length: shape.reduce((a, b) => a * b, 1)}, (_, k) => Math.sin(k));
    const memory = toMemoryOrder(values, shape);
    expect(fileShape(memoryShape(shape))).toEqual(shape);
    expect(toFileOrder(memory, memoryShape(shape))).toEqual(values);
  });
});
