import {expect, it} from 'vitest';
import {concatenate} from '../../trainer/concatenate.ts';

it('joins the values of all parts in a new array of their type', () => {
  const parts = [Float64Array.of(1, 0.1), new Float64Array(0), Float64Array.of(-3)];
  expect(concatenate(Float64Array, parts)).toEqual(Float64Array.of(1, 0.1, -3));
  expect(concatenate(Float32Array, [])).toEqual(new Float32Array(0));
  const [only] = [Float32Array.of(2)];
  expect(concatenate(Float32Array, [only])).not.toBe(only);
});
