import * as z from 'zod';

/** From the owner of a run to a stage process: its first `written` events are on the disk. */
export const WrittenMessage = z.strictObject({written: z.int().min(0)});
export type WrittenMessage = z.infer<typeof WrittenMessage>;
