import {expect, it} from 'vitest';
import {toPixels} from '../../../trainer/sample/toPixels.ts';

it('maps [-1, 1] to bytes and clamps what lies outside', () => {
  expect([...toPixels(Float32Array.of(-1, 0.2, 1, -1.5, 7))]).toEqual([0, 153, 255, 0, 255]);
});

it('rounds halves to even', () => {
  // These are the float32 images whose bytes are exactly 64.5, 65.5, 76.5, 127.5 and 128.5.
  const halves = [64.5, 65.5, 76.5, 127.5, 128.5].map((byte) => (byte / 255) * 2 - 1);
  expect([...toPixels(Float32Array.from(halves))]).toEqual([64, 66, 76, 128, 128]);
});

it('gives every byte back', () => {
  const bytes = Uint8Array.from({length: 256}, (_, i) => i);
  expect(toPixels(Float32Array.from(bytes, (byte) => (byte / 255) * 2 - 1))).toEqual(bytes);
});
