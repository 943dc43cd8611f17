import * as z from 'zod';

/** One merge by one contestant in one process: theta + sum_i w_i (theta_i - theta) over weights files. */
export const MergeTask = z.strictObject({
  base: z.string(),
  experts: z.array(z.string()),
  weights: z.array(z.number()),
  out: z.string(),
  dtype: z.enum(['F32', 'F16']),
});
export type MergeTask = z.infer<typeof MergeTask>;

/** What a merging process prints: a line of JSON. */
export const MergeTiming = z.strictObject({
  /** From opening the first file until the result is flushed to the disk; without the start of the process. */
  seconds: z.number().positive(),
  /** High-water mark of the process's resident memory in bytes. */
  peak: z.number().positive(),
  /** Name and version of the library. */
  library: z.string(),
});
export type MergeTiming = z.infer<typeof MergeTiming>;
