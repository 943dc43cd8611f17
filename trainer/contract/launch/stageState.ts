import * as z from 'zod';
import {ErrorRecord} from '../errors.ts';
import {ProcessIdentity} from '../run/processIdentity.ts';

/** `stages/<stage>.state.json`: how a stage goes that a process runs without an owner of the run. Only that process writes it. */
export const StageState = z.strictObject({
  state: z.enum(['running', 'done', 'stopped', 'failed']),
  ...ProcessIdentity.shape,
  /** Seconds since the epoch. */
  heartbeat: z.number(),
  /** 0..1 */
  progress: z.number().min(0).max(1),
  error: ErrorRecord.optional(),
});
export type StageState = z.infer<typeof StageState>;
