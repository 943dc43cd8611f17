import * as z from 'zod';

/** From the owner of a run to a stage process: its first `written` events, of all the stages that it has run, are on the disk. */
export const WrittenMessage = z.strictObject({written: z.int().min(0)});
export type WrittenMessage = z.infer<typeof WrittenMessage>;

/** From the owner of a run to a stage process that is idle: the stage to run next; null when there is none for it. */
export const NextStageMessage = z.strictObject({next: z.string().min(1).nullable()});
export type NextStageMessage = z.infer<typeof NextStageMessage>;

/** From a stage process to the owner of a run: its stage is done, and it can run another one of the same run. */
export const IdleMessage = z.strictObject({idle: z.literal(true)});
export type IdleMessage = z.infer<typeof IdleMessage>;
