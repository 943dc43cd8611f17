import {describe, expect, it} from 'vitest';
import {convGeometry} from '../../../trainer/engine/convGeometry.ts';
import {plainConv} from '../../../trainer/engine/plainConv.ts';

describe('plainConv', () => {
  it('gives the sums that one works out by hand', () => {
    // [[1, 2, 3], [4, 5, 6], [7, 8, 9]] by [[1, 0], [0, -1]], stride 1, no padding: each output is a - e of its window.
    const plain = plainConv(convGeometry([1, 3, 3, 1], [2, 2, 1, 1], {strides: 1, pad: 'valid'}));
    const images = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const filter = Float32Array.of(1, 0, 0, -1);
    expect([...plain.output(images, filter)]).toEqual([-4, -4, -4, -4]);
    expect([...plain.filterGradient(images, Float32Array.of(1, 0, 0, 10))]).toEqual([51, 62, 84, 95]);
    expect([...plain.inputGradient(Float32Array.of(1, 2, 3, 4), filter)]).toEqual([1, 2, 0, 3, 3, -2, 0, -3, -4]);
  });

  it('pads with zeros and skips by the stride', () => {
    const plain = plainConv(
      convGeometry([1, 3, 3, 1], [3, 3, 1, 1], {
        strides: 2,
        pad: [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
      }),
    );
    const images = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...plain.output(images, new Float32Array(9).fill(1))]).toEqual([
      1 + 2 + 4 + 5,
      2 + 3 + 5 + 6,
      4 + 5 + 7 + 8,
      5 + 6 + 8 + 9,
    ]);
  });

  it('gives gradients that are adjoint to the output: <dy, conv(x, w)> = <dx, x> = <dw, w>', () => {
    const plain = plainConv(convGeometry([2, 5, 4, 3], [3, 2, 3, 2], {strides: 2, pad: 'same'}));
    const images = Float32Array.from({length: 120}, (_, i) => Math.sin(i * 0.9));
    const filter = Float32Array.from({length: 36}, (_, i) => Math.cos(i * 1.7));
    const outputGradient = Float32Array.from({length: 24}, (_, i) => Math.sin(i * 2.3 + 1));
    const energy = dot(outputGradient, plain.output(images, filter));
    expect(dot(plain.inputGradient(outputGradient, filter), images)).toBeCloseTo(energy, 4);
    expect(dot(plain.filterGradient(images, outputGradient), filter)).toBeCloseTo(energy, 4);
    expect(Math.abs(energy)).toBeGreaterThan(1);
  });
});

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
