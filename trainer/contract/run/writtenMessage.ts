import {z} from 'zod';

/** What the owner of a run tells a stage process: that its first `written` events are on the disk. */
export const WrittenMessage = z.strictObject({written: z.int().min(0)});
export type WrittenMessage = z.infer<typeof WrittenMessage>;
