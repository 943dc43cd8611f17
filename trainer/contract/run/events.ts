import * as z from 'zod';
import {searchObjectives} from '../config/searchObjective.ts';
import {ErrorRecord} from '../errors.ts';
import {type LossTerm, lossTermNames} from './lossTerms.ts';
import {MemoryPeak} from './memoryPeak.ts';
import {RunId} from './runId.ts';
import {StageName} from './stage.ts';

/** JSON has no NaN: a number that is not finite is null, and a curve has a gap there. */
const metric = z.number().nullable();

/**
 * A value for each loss term. One may be missing where the event was written before that term existed, and terms that only a newer build
 * knows are kept.
 */
function losses<T extends z.ZodType>(value: T) {
  const shape = Object.fromEntries(lossTermNames.map((term) => [term, value.optional()]));
  return z.looseObject(shape as Record<LossTerm, z.ZodOptional<T>>);
}

const Format2 = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('stage'),
    time: z.number(),
    stage: StageName,
    state: z.enum(['started', 'done', 'skipped']),
    /** The run that did the work, where its result was taken over; absent in events of older builds. */
    from: RunId.optional(),
  }),
  z.strictObject({
    type: z.literal('step'),
    time: z.number(),
    stage: StageName,
    update: z.int(),
    updates: z.int(),
    losses: losses(metric),
    gradientNorm: metric,
    learningRate: z.number(),
    secondsPerUpdate: z.number(),
    /** Of these, those for which the computation waited for images and texts; absent in events of older builds. */
    secondsWaited: z.number().optional(),
    /** Of a training in f16: what the next loss is multiplied by, and the updates since the last such event that were left out. */
    lossScale: z.number().optional(),
    skipped: z.int().optional(),
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
    losses: losses(z.array(metric)),
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
    /** What the objective measures: the held-out loss, or a distance by so many images. */
    loss: metric,
    origin: z.string(),
    /** Absent: the held-out loss. */
    objective: z.enum(searchObjectives).optional(),
    images: z.int().optional(),
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
    /** The stage waits until that is resolved; its next event shows that it continues. */
    waiting: z.boolean().optional(),
    /** Somebody should look at the run now; absent for what is good to know. */
    alert: z.literal(true).optional(),
  }),
  z.strictObject({type: z.literal('memory'), time: z.number(), stage: StageName, ...MemoryPeak.shape}),
  z.strictObject({type: z.literal('failed'), time: z.number(), stage: StageName, error: ErrorRecord}),
  z.strictObject({type: z.literal('stopped'), time: z.number(), stage: StageName}),
  z.strictObject({type: z.literal('done'), time: z.number(), stage: StageName}),
]);

/**
 * One line of `events.jsonl`, in format 2 of the event log; the same object goes over IPC when a parent listens. `stage` is `expert-0`,
 * `ordinary`, `search` … Lines of format 1 are converted, also in the middle of a log: a run that an older build began may be
 * continued by this one.
 */
export const RunEvent = z.preprocess(fromFormat1, Format2);
export type RunEvent = z.infer<typeof RunEvent>;

type WithoutTime<T> = T extends RunEvent ? Omit<T, 'time'> : never;
/** An event before the log stamps its time (milliseconds since the epoch). */
export type NewRunEvent = WithoutTime<RunEvent>;

/** In format 1, `step` and `buckets` had their two losses as fields of their own. */
function fromFormat1(event: unknown): unknown {
  if (typeof event !== 'object' || event === null || !('denoise' in event && 'consistency' in event)) return event;
  const {denoise, consistency, ...rest} = event;
  return 'losses' in rest ? event : {...rest, losses: {denoise, consistency}};
}
