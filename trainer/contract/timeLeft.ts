import * as z from 'zod';

/** Seconds that a run still takes: as is likely, and between what it will probably be. */
export const TimeLeft = z.strictObject({
  seconds: z.number().min(0),
  low: z.number().min(0),
  high: z.number().min(0),
});
export type TimeLeft = z.infer<typeof TimeLeft>;
