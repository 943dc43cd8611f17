import {describe, expect, it} from 'vitest';
import {createRandom, permutation} from '../../trainer/random.ts';

describe('createRandom', () => {
  it('keeps its streams for ever, since runs are resumed from them', () => {
    const random = createRandom(0, 'noise', 1);
    expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([2198695649, 3868663675, 1050159108]);
  });

  it('is a function of seed and path', () => {
    const first = (seed: number, ...path: (string | number)[]) => createRandom(seed, ...path).uint32();
    expect(first(1, 'noise', 2)).toBe(first(1, 'noise', 2));
    const others = [
      first(1, 'noise', 2),
      first(2, 'noise', 2),
      first(1, 'noise', 3),
      first(1, 'noise', '2'),
      first(1, 'noise2'),
      first(1, 'noise', 2, 0),
      first(1, 'nois', 'e', 2),
      first(1, 'timesteps', 2),
      first(1, 2, 'noise'),
    ];
    expect(new Set(others).size).toBe(others.length);
  });

  it('has no equal or correlated neighbours among many paths', () => {
    const streams = Array.from({length: 20_000}, (_, i) => createRandom(7, 'noise', i % 4, Math.floor(i / 4)));
    const values = streams.map((random) => random.float() - 0.5);
    // 20,000 draws of 32 bits collide 0.05 times on average.
    expect(new Set(values).size).toBeGreaterThan(19_997);
    for (const lag of [1, 2, 4, 8, 40]) {
      expect(Math.abs(12 * mean(values.slice(lag).map((value, i) => value * (values[i] as number))))).toBeLessThan(
        0.03,
      );
    }
  });

  it('draws floats evenly from [0, 1)', () => {
    const random = createRandom(3, 'float');
    const counts = new Array<number>(64).fill(0);
    for (let i = 0; i < 64_000; i++) counts[Math.floor(random.float() * 64)]! += 1;
    expect(
      chiSquare(
        counts,
        counts.map(() => 1000),
      ),
    ).toBeLessThan(103.4); // 0.1 % point of 63 degrees of freedom
  });

  it('draws every bit with probability one half', () => {
    const random = createRandom(11, 'bits');
    const ones = new Array<number>(32).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const word = random.uint32();
      for (let bit = 0; bit < 32; bit++) ones[bit]! += (word >>> bit) & 1;
    }
    for (const count of ones) expect(Math.abs(count - 10_000)).toBeLessThan(4.5 * Math.sqrt(5000));
  });

  it('draws integers evenly from [low, high) and refuses an empty range', () => {
    const random = createRandom(4, 'int');
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[random.int(-3, 4) + 3]! += 1;
    expect(
      chiSquare(
        counts,
        counts.map(() => 10_000),
      ),
    ).toBeLessThan(22.5); // 0.1 % point of 6
    expect(() => random.int(5, 5)).toThrow(RangeError);
    expect(() => random.int(0, 1.5)).toThrow(RangeError);
  });

  it('draws a span of 3/4 of the words without modulo bias', () => {
    const random = createRandom(5, 'bias');
    const third = 2 ** 30;
    const counts = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) counts[Math.floor(random.int(0, 3 * third) / third)]! += 1;
    expect(chiSquare(counts, [10_000, 10_000, 10_000])).toBeLessThan(13.8); // 0.1 % point of 2
  });

  it('draws standard normals', () => {
    const values = createRandom(6, 'normal').fillNormal(new Float32Array(200_000));
    const moment = (power: number) => mean(Array.from(values, (value) => value ** power));
    expect(Math.abs(moment(1))).toBeLessThan(0.009);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.013);
    expect(Math.abs(moment(3))).toBeLessThan(0.035);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.09);
    const beyondTwo = values.filter((value) => Math.abs(value) > 2).length / values.length;
    expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(0.002);
    expect(Math.abs(mean(Array.from(values.subarray(1), (value, i) => value * (values[i] as number))))).toBeLessThan(
      0.01,
    );
  });

  it('fills with what single calls give, also for odd lengths', () => {
    const [single, filled] = [createRandom(8, 'a'), createRandom(8, 'a')];
    const expected = Float32Array.from({length: 12}, () => single.normal());
    expect([...filled.fillNormal(new Float32Array(5)), ...filled.fillNormal(new Float32Array(7))]).toEqual([
      ...expected,
    ]);
  });
});

describe('permutation', () => {
  it('holds every index once', () => {
    expect([...permutation(1000, createRandom(1, 'p'))].sort((a, b) => a - b)).toEqual([...new Array(1000).keys()]);
    expect([...permutation(0, createRandom(1, 'p'))]).toEqual([]);
  });

  it('gives all orders equally often', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = permutation(4, createRandom(2, 'order', i)).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()], new Array<number>(24).fill(1000))).toBeLessThan(49.7); // 0.1 % point of 23
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, i) => sum + (count - (expected[i] as number)) ** 2 / (expected[i] as number), 0);
}
