import * as z from 'zod';

/** Time and memory of a job as its scheduler writes them (`01:00:00`, `4G`); empty where it does not say. */
const Amounts = z.strictObject({time: z.string(), memory: z.string()});

/** A job, or a task of an array of jobs, as its scheduler lists it. */
export const SeenJob = z.strictObject({
  /** `12`, or `12_3` for a task of an array. */
  id: z.string().regex(/^\d+(?:_\d+)?$/),
  name: z.string(),
  /** As the scheduler calls it: PENDING, RUNNING, OUT_OF_MEMORY … */
  state: z.string(),
  /** Why it waits or ended, as the scheduler says it; empty where it does not. */
  reason: z.string(),
  /** When it is expected to start or has started, as local time of the cluster; empty where nobody knows. */
  start: z.string(),
  /** What it may take. */
  asked: Amounts.optional(),
  /** What it has taken, where a cluster keeps accounts. */
  took: Amounts.optional(),
});
export type SeenJob = z.infer<typeof SeenJob>;

/** `queue.json` of a run: its jobs as somebody saw them last. A note for other readers, which may be missing or old. */
export const QueueRecord = z.strictObject({
  format: z.literal(1).default(1),
  launch: z.string(),
  /** Seconds since the epoch, by the clock of who looked. */
  looked: z.number(),
  jobs: z.array(SeenJob),
});
export type QueueRecord = z.infer<typeof QueueRecord>;

/** What the state of a job means for its stage. */
export type JobPhase = 'waiting' | 'running' | 'ended' | 'cancelled' | 'failed';

const phases: Readonly<Record<string, JobPhase>> = {
  PENDING: 'waiting',
  CONFIGURING: 'waiting',
  REQUEUED: 'waiting',
  REQUEUE_FED: 'waiting',
  REQUEUE_HOLD: 'waiting',
  RESV_DEL_HOLD: 'waiting',
  SPECIAL_EXIT: 'waiting',
  SUSPENDED: 'waiting',
  STOPPED: 'waiting',
  PREEMPTED: 'waiting',
  RUNNING: 'running',
  COMPLETING: 'running',
  RESIZING: 'running',
  SIGNALING: 'running',
  STAGE_OUT: 'running',
  COMPLETED: 'ended',
  CANCELLED: 'cancelled',
  REVOKED: 'cancelled',
};

/** The meaning of a state; whatever is not known has failed: all that run or wait are. */
export function phaseOfJob({state}: Pick<SeenJob, 'state'>): JobPhase {
  return phases[state] ?? 'failed';
}
