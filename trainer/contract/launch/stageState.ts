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
  /** How long it takes from here by its own pace; left out while that cannot be said. */
  secondsLeft: z.number().min(0).optional(),
  /** The newest update of a training, of how many, and its loss. */
  update: z.int().min(0).optional(),
  updates: z.int().min(0).optional(),
  loss: z.number().optional(),
  /** Lives of its job in a row that have ended without anything further to go on from. */
  idle: z.int().min(0).optional(),
  error: ErrorRecord.optional(),
});
export type StageState = z.infer<typeof StageState>;
