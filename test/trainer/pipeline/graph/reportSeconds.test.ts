import {expect, it} from 'vitest';
import {DemeConfig} from '../../../../trainer/contract/config/config.ts';
import {reportSeconds} from '../../../../trainer/pipeline/graph/reportSeconds.ts';

function secondsOf(features: string, samples: number, test = 2000): number {
  const evaluate = {heldOut: {images: 100, timesteps: 5}, sampling: {steps: 10}, samples, features};
  return reportSeconds(DemeConfig.parse({name: 'a', base: 'b', data: {kind: 'mnist', test}, evaluate}));
}

it('foresees the report by its images and features', () => {
  const few = secondsOf('digits', 500);
  // Twice as many images are four times as many pairs of them; so many that they are not compared cost no pairs.
  const pairs = (images: number) => secondsOf('digits', images, 0) - secondsOf('none', images, 0);
  expect(few).toBeLessThan(6);
  expect(secondsOf('digits', 20_000) - few).toBeGreaterThan(3.5 * (secondsOf('digits', 10_000) - few));
  expect(pairs(20_000)).toBeLessThan(1);
  expect(secondsOf('digits', 200_000)).toBeLessThan(6);
  // 14 distances of 2,048 features.
  expect(secondsOf('inception', 500)).toBeGreaterThan(60);
});
