import {describe, expect, it} from 'vitest';
import {toBytes, writeUnitRange} from '../../../../trainer/data/pictures/pixelRange.ts';

describe('pixel range', () => {
  it('brings every byte back', () => {
    const bytes = Uint8Array.from({length: 256}, (_, i) => i);
    const values = new Float32Array(256);
    writeUnitRange(bytes, values, 0);
    expect([values[0], values[255]]).toEqual([-1, 1]);
    expect(toBytes(values)).toEqual(bytes);
  });

  it('rounds and clamps what a network gives', () => {
    expect([...toBytes(Float32Array.of(-3, 3, 0.004, NaN, Infinity, -Infinity))]).toEqual([0, 255, 128, 0, 255, 0]);
  });
});
