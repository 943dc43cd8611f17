import * as z from 'zod';
import {StageName} from '../run/stage.ts';

/**
 * `stages/<stage>.cancel.json`: somebody has cancelled the job of this stage. No job of it puts itself back into the queue then, and one that
 * begins all the same leaves the stage out. A new submission takes it away.
 */
export const CancelRecord = z.strictObject({
  format: z.literal(1).default(1),
  /** The stage that was meant, of one that goes with it as it needs that; null: the stage itself. */
  because: StageName.nullable(),
});
export type CancelRecord = z.infer<typeof CancelRecord>;

const CancelledStage = z.strictObject({
  stage: StageName,
  /** `12`, or `12_3` for a task of an array; null: nothing says that the scheduler has taken it. */
  job: z.string().nullable(),
  /** Whether it works, and writes a checkpoint before it ends. */
  isRunning: z.boolean(),
});

/** What `deme launch cancel` prints: the stages that were meant, and those that need them. */
export const CancelledStages = z.strictObject({
  run: z.string(),
  id: z.string(),
  cancelled: z.array(CancelledStage),
  dependents: z.array(CancelledStage),
});
export type CancelledStages = z.infer<typeof CancelledStages>;
