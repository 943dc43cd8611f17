import * as z from 'zod';

/** First line of the candidates that a search keeps while it runs: what their losses depend on. */
export const CandidatesHead = z.strictObject({format: z.literal(1), key: z.string()});
export type CandidatesHead = z.infer<typeof CandidatesHead>;

/** Every further line: one vector with its loss on the draws of the search; null: not a finite number. */
export const CandidateRecord = z.strictObject({
  /** The search over the weights of the experts, or that over the parts of the network. */
  search: z.enum(['weights', 'groups']),
  weights: z.array(z.number()),
  loss: z.number().nullable(),
});
export type CandidateRecord = z.infer<typeof CandidateRecord>;
