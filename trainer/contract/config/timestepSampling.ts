import * as z from 'zod';

/** How likely the timesteps of a training's range are; `schedulers/timestepWeights.ts` has the formulas. */
export const TimestepSampling = z
  .discriminatedUnion('kind', [
    z.strictObject({kind: z.literal('uniform')}).describe('All timesteps are equally likely.'),
    z
      .strictObject({
        kind: z.literal('speed'),
        ratio: z
          .number()
          .min(1)
          .default(5)
          .describe('How much likelier a timestep is where the noise still grows, than one of the last ones.'),
        threshold: z
          .number()
          .positive()
          .default(1e-4)
          .describe('Growth of sqrt(1 - ᾱ) in a timestep below which a timestep is one of the last ones.'),
      })
      .describe("SpeeD's asymmetric sampling: few draws from the last timesteps, which are nearly pure noise."),
  ])
  .describe('How likely the timesteps of the range are that a training draws from.');
export type TimestepSampling = z.infer<typeof TimestepSampling>;
