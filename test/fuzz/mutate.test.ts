import {describe, expect, it} from 'vitest';
import {createRandom} from '../../trainer/random.ts';
import {inputsOf} from './inputs.ts';
import {mutate} from './mutate.ts';
import {targets} from './targets.ts';

const corpus = {seeds: [new Uint8Array(40).fill(0x31)], tokens: [Uint8Array.of(0x5b)]};
const inputs = (seed: number) => Array.from({length: 300}, (_, i) => mutate(corpus, createRandom(seed, i)));

describe('mutations', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(inputs(1)).toEqual(inputs(1));
    expect(inputs(1)).not.toEqual(inputs(2));
  });

  it('leave the seeds alone', () => {
    inputs(3);
    expect(corpus.seeds[0]).toEqual(new Uint8Array(40).fill(0x31));
  });

  it('differ from each other, shorten, lengthen, nest and stay below 64 KiB', () => {
    const made = inputs(4);
    expect(new Set(made.map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBeGreaterThan(250);
    expect(made.some(({length}) => length < 20)).toBe(true);
    expect(made.some(({length}) => length > 10_000)).toBe(true);
    expect(made.some((bytes) => Buffer.from(bytes).includes('['.repeat(1000)))).toBe(true);
    expect(Math.max(...made.map(({length}) => length))).toBeLessThanOrEqual(65_536);
  });
});

describe('the inputs of a target', () => {
  it.each(targets.map((target) => [target.name, target] as const))('can be made one by one: %s', async (_, target) => {
    const [all, again] = [await inputsOf(target, 7), await inputsOf(target, 7)];
    [0, 1, 2, 3, 4].forEach((index) => all(index));
    expect(all(5)).toEqual(again(5));
  });
});
