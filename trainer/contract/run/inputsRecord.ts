import * as z from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Files of images, by how they look: nothing of them is read. */
export const FilesStamp = z.strictObject({
  /** SHA-256 over names and sizes of the files. */
  listing: z.string(),
  /** SHA-256 over names, sizes and times: first as the run began, then for each resume that found other times. */
  stamps: z.array(z.string()).min(1),
});
export type FilesStamp = z.infer<typeof FilesStamp>;

/**
 * `inputs.json` of a run: what it reads from outside its folder, as that was when the run began. It must stay the same, or the stages of
 * one run would compute with different things.
 */
export const InputsRecord = z.strictObject({
  format: z.literal(1).default(1),
  /** SHA-256 of the weights and of the configs of the base; empty without a base. */
  base: z.record(z.string(), sha256),
  /** SHA-256 of the weights of each given expert; `missing` for one that was not there. Empty where experts are trained. */
  experts: z.array(z.string()),
  /** Timesteps [low, high) of each expert; empty where they are not known. */
  ranges: z.array(z.tuple([z.int(), z.int()])),
  /** Null without images. */
  data: FilesStamp.nullable(),
  /** What else is read, by its path in the config: images to compare with, what experts start from, and files (by their content); `weights of clip` and its like. */
  evaluation: z.record(z.string(), FilesStamp).default({}),
});
export type InputsRecord = z.infer<typeof InputsRecord>;
