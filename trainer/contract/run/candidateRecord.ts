import * as z from 'zod';

/** First line of the candidates that a search keeps while it runs: what their losses depend on. */
export const CandidatesHead = z.strictObject({format: z.literal(1), key: z.string()});
export type CandidatesHead = z.infer<typeof CandidatesHead>;

/** The searches of a run: over the weights of the experts, over the parts of the network and over checkpoints, and the first two of the ordinary finetune. */
export const searchNames = ['weights', 'groups', 'checkpoints', 'ordinary', 'ordinary-groups'] as const;
export type SearchName = (typeof searchNames)[number];

/** Every further line: one vector with what was measured of it; null: not a finite number. */
export const CandidateRecord = z.strictObject({
  search: z.enum(searchNames),
  weights: z.array(z.number()),
  /** Left out: `loss` is the held-out loss on the draws of the search; else the distance of so many images. */
  images: z.int().optional(),
  loss: z.number().nullable(),
});
export type CandidateRecord = z.infer<typeof CandidateRecord>;
