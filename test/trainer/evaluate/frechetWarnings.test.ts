import {expect, it} from 'vitest';
import {frechetWarnings} from '../../../trainer/evaluate/frechetWarnings.ts';

const unreliable = /are unreliable: a covariance of full rank needs more images than the 2048 features/;
const biased = /are biased upwards/;

it.each([
  [10_000, 10_000, []],
  [9_999, 50_000, [biased]],
  [50_000, 9_999, [biased]],
  [2_049, 50_000, [biased]],
  [2_048, 50_000, [unreliable]],
  [50_000, 2_048, [unreliable]],
])('%i samples and %i reference images: %j', (samples, reference, expected) => {
  const warnings = frechetWarnings({samples, reference, dimension: 2048});
  expect(warnings).toEqual(expected.map((pattern) => expect.stringMatching(pattern) as string));
  for (const warning of warnings) expect(warning).toContain(`${samples} samples to ${reference} reference images`);
});
