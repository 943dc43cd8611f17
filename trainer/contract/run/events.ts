import {z} from 'zod';
import {ErrorRecord} from '../errors.ts';
import {MemoryPeak} from './memoryPeak.ts';
import {StageName} from './stageName.ts';

/** JSON has no NaN: a number that is not finite is null, and a curve has a gap there. */
const metric = z.number().nullable();

/** One line of `events.jsonl`; the same object goes over IPC when a parent listens. `stage` is `expert-0`, `ordinary`, `search` … */
export const RunEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('stage'),
    time: z.number(),
    stage: StageName,
    state: z.enum(['started', 'done', 'skipped']),
  }),
  z.strictObject({
    type: z.literal('step'),
    time: z.number(),
    stage: StageName,
    update: z.int(),
    updates: z.int(),
    denoise: metric,
    consistency: metric,
    gradientNorm: metric,
    learningRate: z.number(),
    secondsPerUpdate: z.number(),
  }),
  z.strictObject({
    type: z.literal('buckets'),
    time: z.number(),
    stage: StageName,
    /** Covers the updates (from, to]. */
    from: z.int(),
    to: z.int(),
    /** Draws and summed losses per timestep bucket; bucket b holds the timesteps with floor(t * buckets / T) = b. */
    count: z.array(z.int()),
    denoise: z.array(metric),
    consistency: z.array(metric),
  }),
  z.strictObject({type: z.literal('heldOut'), time: z.number(), stage: StageName, update: z.int(), loss: metric}),
  z.strictObject({
    type: z.literal('checkpoint'),
    time: z.number(),
    stage: StageName,
    update: z.int(),
    folder: z.string(),
  }),
  z.strictObject({
    type: z.literal('candidate'),
    time: z.number(),
    stage: StageName,
    weights: z.array(z.number()),
    loss: metric,
    origin: z.string(),
  }),
  z.strictObject({
    type: z.literal('progress'),
    time: z.number(),
    stage: StageName,
    done: z.number(),
    total: z.number(),
    what: z.string(),
  }),
  z.strictObject({
    type: z.literal('images'),
    time: z.number(),
    stage: StageName,
    file: z.string(),
    update: z.int().optional(),
  }),
  z.strictObject({
    type: z.literal('log'),
    time: z.number(),
    stage: StageName,
    level: z.enum(['info', 'warning']),
    message: z.string(),
    /** The stage does nothing until that is settled; its next event says that it goes on. */
    waiting: z.boolean().optional(),
  }),
  z.strictObject({type: z.literal('memory'), time: z.number(), stage: StageName, ...MemoryPeak.shape}),
  z.strictObject({type: z.literal('failed'), time: z.number(), stage: StageName, error: ErrorRecord}),
  z.strictObject({type: z.literal('stopped'), time: z.number(), stage: StageName}),
  z.strictObject({type: z.literal('done'), time: z.number(), stage: StageName}),
]);
export type RunEvent = z.infer<typeof RunEvent>;

type WithoutTime<T> = T extends RunEvent ? Omit<T, 'time'> : never;
/** An event before the log stamps its time (milliseconds since the epoch). */
export type NewRunEvent = WithoutTime<RunEvent>;
