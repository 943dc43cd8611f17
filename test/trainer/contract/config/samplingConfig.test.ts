import {expect, it} from 'vitest';
import {SamplingConfig} from '../../../../trainer/contract/config/evaluateConfig.ts';
import {TrainingSamplesConfig} from '../../../../trainer/contract/config/training.ts';

const scheduler = {steps_offset: 1, use_karras_sigmas: true};

it.each([
  ['an evaluation', SamplingConfig],
  ['a training', TrainingSamplesConfig],
])('refuses settings that the sampler of %s does not have', (_, schema) => {
  expect(schema.safeParse({sampler: 'pndm', scheduler}).error?.issues).toMatchObject([
    {
      path: ['scheduler', 'use_karras_sigmas'],
      message: expect.stringMatching('^the sampler pndm has no such') as string,
    },
  ]);
  expect(schema.safeParse({sampler: 'euler', scheduler}).success).toBe(true);
  // Here the model decides which sampler it is.
  expect(schema.safeParse({scheduler}).success).toBe(true);
});
