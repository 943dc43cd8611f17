import * as z from 'zod';
import {filterGradients} from '../config/config.ts';
import {EngineInfo} from './engineInfo.ts';

/** One measurement of `deme engine bench`. */
export const BenchRow = z.strictObject({
  /** What was computed, with its sizes. */
  task: z.string(),
  /** How the gradient by the filter was computed, where there is a choice and it matters. */
  filterGradient: z.enum(filterGradients).optional(),
  /** Median of one run. */
  milliseconds: z.number(),
  /** Multiplications and additions of one run, in 10^9; absent where it is not known. */
  gflop: z.number().optional(),
  /** Runs that were timed, after one that was not. */
  runs: z.int().min(1),
});
export type BenchRow = z.infer<typeof BenchRow>;

/** The measurements of one engine, made in a process of its own. */
export const EngineBench = z.strictObject({engine: EngineInfo, rows: z.array(BenchRow)});
export type EngineBench = z.infer<typeof EngineBench>;

/** What `deme engine bench --json` prints. */
export const BenchReport = z.strictObject({
  engines: z.array(EngineBench),
  /** Engines that could not be measured, and why. */
  skipped: z.array(z.strictObject({name: EngineInfo.shape.name, reason: z.string()})),
});
export type BenchReport = z.infer<typeof BenchReport>;
