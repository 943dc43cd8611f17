import * as z from 'zod';
import {OwnerRequest} from './ownerMessages.ts';

/**
 * Which program is to own a run, and what it is to do: all that a launcher needs, as a value that may wait in a file or a queue. All paths
 * are absolute.
 */
export const LaunchRequest = z.strictObject({
  /** The Node program, or an editor's runtime that acts as one by `environment`. */
  node: z.string(),
  /** Built entry (`dist/owner.js`). */
  entry: z.string(),
  request: OwnerRequest,
  /** File that receives what the process prints. */
  log: z.string(),
  /** Left out: that of the launcher's own process. */
  environment: z.record(z.string(), z.string().optional()).optional(),
  /** Milliseconds for the first sign of life; left out: a minute. */
  patience: z.int().min(1).optional(),
});
export type LaunchRequest = z.infer<typeof LaunchRequest>;
