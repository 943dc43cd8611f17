import {expect, it} from 'vitest';
import {LossScale, lossScaleOf} from '../../../../trainer/train/scale/lossScale.ts';

it('is halved by each gradient that is not finite and doubled after 2,000 good ones in a row', () => {
  const scale = new LossScale();
  expect([NaN, Infinity].map((norm) => scale.took(norm))).toEqual(['skipped', 'skipped']);
  expect(scale.record()).toEqual({scale: 2 ** 14, good: 0, skipped: 2});
  for (let i = 0; i < 1999; i++) expect(scale.took(1)).toBe('made');
  expect(scale.record()).toEqual({scale: 2 ** 14, good: 1999, skipped: 2});
  scale.took(NaN);
  expect(scale.record()).toEqual({scale: 2 ** 13, good: 0, skipped: 3});
  for (let i = 0; i < 2000; i++) scale.took(1);
  expect(scale.record()).toEqual({scale: 2 ** 14, good: 0, skipped: 3});
});

it('goes on where a record says', () => {
  const record = {scale: 8, good: 1998, skipped: 3};
  const scale = new LossScale(record);
  scale.took(1);
  expect(scale.record()).toEqual({...record, good: 1999});
  expect(scale.took(0)).toBe('made');
  expect(scale.scale).toBe(16);
});

it('gives up where the gradient is not finite without it either', () => {
  const scale = new LossScale({scale: 2, good: 0, skipped: 0});
  expect([scale.took(NaN), scale.took(NaN)]).toEqual(['skipped', 'hopeless']);
});

it('is for f16 alone', () => {
  expect([undefined, 'f32', 'bf16'].map((precision) => lossScaleOf(precision as 'f32' | undefined))).toEqual([
    null,
    null,
    null,
  ]);
  expect(lossScaleOf('f16')?.scale).toBe(65_536);
});
