import * as z from 'zod';

/** What a worker is told, as JSON in its first argument. */
export const WorkerTask = z.strictObject({
  target: z.string(),
  seed: z.int(),
  /** Inputs [from, to). */
  from: z.int(),
  to: z.int(),
  /** The only folder that it may write to. */
  folder: z.string(),
});
export type WorkerTask = z.infer<typeof WorkerTask>;

/** Ways in which a parser fails. */
export const failureKinds = ['error', 'stray error', 'outside', 'leftover', 'slow', 'memory', 'hang', 'crash'] as const;

export const Failure = z.strictObject({index: z.int(), kind: z.enum(failureKinds), message: z.string()});
export type Failure = z.infer<typeof Failure>;

/** One line of a worker. */
export const WorkerLine = z.discriminatedUnion('type', [
  z.strictObject({type: z.literal('failure'), ...Failure.shape}),
  z.strictObject({
    type: z.literal('done'),
    accepted: z.int(),
    refused: z.int(),
    slowest: z.number(),
    memory: z.number(),
  }),
]);
export type WorkerLine = z.infer<typeof WorkerLine>;

/** Processor seconds that one input may take. */
export const secondsLimit = 2;
/** Megabytes that the process may hold, Node itself and the libraries included. */
export const megabytesLimit = 512;

/** Where a worker notes which input it is at. */
export const progressFile = 'progress.bin';
/** Where it lets the parser work. */
export const workFolder = 'work';
