import * as z from 'zod';

/** `notes.json` of a run: what users write about it. It affects no result. */
export const RunNotes = z.strictObject({
  format: z.literal(1).default(1),
  tags: z.array(z.string().min(1).max(60)).max(50).default([]),
  note: z.string().max(10_000).default(''),
});
export type RunNotes = z.infer<typeof RunNotes>;
