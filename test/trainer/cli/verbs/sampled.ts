import * as z from 'zod';
import {SamplingConfig} from '../../../../trainer/contract/config/evaluateConfig.ts';
import {EngineInfo} from '../../../../trainer/contract/engine/engineInfo.ts';

/** What `deme sample --json` prints. */
export const Sampled = z.strictObject({
  out: z.string().nullable(),
  images: z.string().nullable(),
  latents: z.string().nullable(),
  engine: EngineInfo,
  recipe: z.strictObject({
    model: z.string(),
    experts: z.array(z.string()).optional(),
    count: z.int(),
    size: z.tuple([z.int(), z.int()]),
    seedLike: z.literal('torch').optional(),
    ...SamplingConfig.shape,
  }),
});
