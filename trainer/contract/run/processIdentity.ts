import * as z from 'zod';

/** A process, told apart from a later one with the same number. */
export const ProcessIdentity = z.strictObject({
  pid: z.int().positive(),
  /** Start in seconds since the epoch. */
  started: z.number(),
  /** The boot of the machine and the start within it, which no setting of the clock changes; absent where the system does not report it. */
  birth: z.string().optional(),
  /** The name of its machine or container: on another one its number means nothing. */
  host: z.string().optional(),
  /** The job of a scheduler that it belongs to, and how often that was put back into the queue before; absent outside of jobs. */
  job: z.strictObject({id: z.string(), life: z.int().min(0)}).optional(),
});
export type ProcessIdentity = z.infer<typeof ProcessIdentity>;
