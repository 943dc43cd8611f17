import {describe, expect, it} from 'vitest';
import {mergeLinear} from '../../../trainer/merge/linear.ts';
import {expectAllClose} from '../../helpers/allClose.ts';
import {expectSameBytes} from './expectSameBytes.ts';
import {golden, goldenExperts, goldenPath, openReader, valuesOf} from './goldenMerge.ts';
import {maxUlps, ulp} from './ulp.ts';

const base = Float32Array.of(1, -2, 0.1, 3e-5, -0, 1e6);
const experts = [
  Float32Array.of(1.1, -1.7, 0.3, -2e-5, 0.25, 1e6 + 1),
  Float32Array.of(0.7, -2.2, 0.1, 3e-5, -0.5, 1e6 - 3),
  Float32Array.of(1.3, 2.5, -0.4, 4e-5, 0.125, 1e6),
];

describe('mergeLinear', () => {
  it('equals PyTorch bit for bit on every tensor of the golden merge', async () => {
    const [origin, merged, ...inputs] = await Promise.all(
      [goldenPath('base'), goldenPath('merged'), ...goldenExperts].map(openReader),
    );
    expect(merged?.shapes.size).toBe(212 + 7);
    for (const [name, shape] of merged!.shapes) {
      const start = await valuesOf(origin!, name, shape);
      const ends = await Promise.all(inputs.map((expert) => valuesOf(expert, name, shape)));
      expectSameBytes(mergeLinear(start, ends, golden.weights), await merged!.read(name), name);
    }
  });

  it('gives the bytes of the base for zero weights, also of -0', () => {
    const merged = mergeLinear(base, experts, [0, 0, 0]);
    expect(new Uint8Array(merged.buffer)).toEqual(new Uint8Array(base.buffer));
    expect(merged).not.toBe(base);
  });

  it('gives an expert to rounding for a one-hot vector', () => {
    experts.forEach((expert, i) => {
      const merged = mergeLinear(
        base,
        experts,
        [0, 0, 0].map((_, j) => (i === j ? 1 : 0)),
      );
      // The difference is rounded at the magnitude of the larger of the two.
      merged.forEach((value, k) => {
        const unit = ulp(Math.max(Math.abs(expert[k]!), Math.abs(base[k]!)));
        expect(Math.abs(value - expert[k]!)).toBeLessThanOrEqual(unit);
      });
    });
  });

  it('does not depend on the order of the experts, to rounding', () => {
    const merged = mergeLinear(base, experts, [0.3, -0.2, 0.7]);
    expect(maxUlps(mergeLinear(base, [...experts].reverse(), [0.7, -0.2, 0.3]), merged)).toBeLessThanOrEqual(2);
  });

  it('is linear in the weights', () => {
    const step = (weights: number[]) => mergeLinear(base, experts, weights).map((value, k) => value - base[k]!);
    const [a, b] = [step([0.5, 0, -1]), step([0.25, 2, 0.5])];
    const sum = step([0.75, 2, -0.5]);
    const tolerance = 3 * ulp(1e6);
    expectAllClose(
      sum,
      a.map((value, k) => value + b[k]!),
      tolerance,
    );
    expectAllClose(sum.subarray(0, 5), a.map((value, k) => value + b[k]!).subarray(0, 5), 2e-6);
  });

  it('skips an expert of weight zero', () => {
    const broken = experts[0]!.map(() => NaN);
    expect(mergeLinear(base, [broken, experts[1]!], [0, 0.5])).toEqual(mergeLinear(base, [experts[1]!], [0.5]));
  });

  it('refuses unequal lengths', () => {
    expect(() => mergeLinear(base, [new Float32Array(2)], [1])).toThrow('expert has 2 values, base 6');
    expect(() => mergeLinear(base, experts, [1])).toThrow('3 experts but 1 weights');
  });
});
