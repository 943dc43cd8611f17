import type {Random} from '../random.ts';

/**
 * What dropout multiplies `size` elements by: each is 0 with probability `rate` and else 1 / (1 - rate). Drawn on the host, so that it
 * is the same on every engine.
 */
export function dropoutMask(size: number, rate: number, random: Random): Float32Array {
  const kept = 1 / (1 - rate);
  return Float32Array.from({length: size}, () => (random.float() < rate ? 0 : kept));
}
