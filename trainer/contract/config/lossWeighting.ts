import * as z from 'zod';

const max = z.number().positive().optional().describe('Largest multiplier; left out: no limit.');

/**
 * How much the denoising loss counts at each noise level, SNR = ᾱ / (1 - ᾱ). Descriptions give the multiplier for epsilon prediction;
 * `schedulers/lossWeighting.ts` has those for v and sample prediction.
 */
export const LossWeighting = z
  .discriminatedUnion('kind', [
    z.strictObject({kind: z.literal('none')}).describe('All noise levels count the same.'),
    z
      .strictObject({
        kind: z.literal('min-snr'),
        gamma: z.number().positive().default(5).describe('SNR above which the loss counts less.'),
        max,
      })
      .describe('Min-SNR-γ: min(SNR, gamma) / SNR.'),
    z
      .strictObject({
        kind: z.literal('p2'),
        k: z.number().positive().default(1).describe('Keeps the multiplier finite where the SNR is near 0.'),
        gamma: z.number().min(0).default(1).describe('How much less the loss counts where there is little noise.'),
        max,
      })
      .describe('P2 (perception prioritized): 1 / (k + SNR)^gamma.'),
    z
      .strictObject({kind: z.literal('snr+1'), max})
      .describe('SNR+1: (SNR + 1) / SNR. Up to 24,778 at the last timestep of the linear schedule: set `max` with it.'),
    z
      .strictObject({kind: z.literal('truncated-snr'), max})
      .describe('Truncated SNR: max(SNR, 1) / SNR. As large as SNR+1 at the last timesteps.'),
    z
      .strictObject({kind: z.literal('debiased'), max})
      .describe('Debiased estimation: 1 / sqrt(SNR). Up to 157 at the last timestep of the linear schedule.'),
    z
      .strictObject({
        kind: z.literal('uncertainty'),
        clusters: z.int().min(1).max(1000).optional().describe('Equal intervals of timesteps (5 without edges).'),
        edges: z
          .array(z.int().min(0))
          .min(2)
          .max(1001)
          .optional()
          .describe('Edges of the intervals instead, as gradient conflict proposes them, e.g. [0, 100, 400, 1000].'),
        learningRate: z.number().positive().default(0.025).describe('Learning rate of the weights.'),
      })
      .refine(({clusters, edges}) => clusters === undefined || edges === undefined, {
        message: 'give either clusters or edges, not both',
        path: ['edges'],
      })
      .describe('ANT with uncertainty weighting: a weight for each interval of timesteps that is learned in training.'),
  ])
  .describe('How much the denoising loss counts at each noise level. Logged losses stay unweighted.');
export type LossWeighting = z.infer<typeof LossWeighting>;
