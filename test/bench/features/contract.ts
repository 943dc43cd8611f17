import * as z from 'zod';

const count = z.int().min(1);

/** What both sides of `npm run bench -- features` are given. */
export const FeaturesTask = z.strictObject({
  /** Safetensors file under the names of pytorch-fid. */
  weights: z.string(),
  /** Safetensors file with `images`, prepared: [N,299,299,3] in [-1, 1]. */
  data: z.string(),
  /** `inceptionStages`, by which PyTorch's side is put together, too. */
  stages: z.array(z.unknown()),
  threads: count,
  warmup: count,
  chunks: count,
  chunk: count,
});
export type FeaturesTask = z.infer<typeof FeaturesTask>;
