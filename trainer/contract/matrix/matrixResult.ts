import * as z from 'zod';
import {ErrorRecord} from '../errors.ts';
import {RunId} from '../run/runId.ts';
import {PlannedRun} from './matrixRuns.ts';

/** The run of a cell, one for each repetition. */
export const MatrixRun = z.strictObject({
  /** Label of the repetition; null without any. */
  repeat: z.string().nullable(),
  /** Null: it could not be made. */
  run: RunId.nullable(),
  /** Why it has no result; null where it has one. */
  error: ErrorRecord.nullable(),
});
export type MatrixRun = z.infer<typeof MatrixRun>;

/** A score of a model in a cell: of one run with its own standard error, or the mean over the repetitions with that of the mean. */
export const MatrixScore = z.strictObject({
  score: z.string(),
  model: z.string(),
  mean: z.number(),
  /** Null: not known, as of one Fréchet distance. */
  standardError: z.number().nullable(),
  /** Of each run. */
  values: z.array(z.number()),
});
export type MatrixScore = z.infer<typeof MatrixScore>;

/** One combination of the columns. */
export const MatrixRow = z.strictObject({
  /** By column. */
  labels: z.record(z.string(), z.string()),
  runs: z.array(MatrixRun),
  scores: z.array(MatrixScore),
});
export type MatrixRow = z.infer<typeof MatrixRow>;

/** A run that is being made. */
export const RunningRun = PlannedRun.extend({run: RunId});
export type RunningRun = z.infer<typeof RunningRun>;

/** `matrix.json`: the table as far as it is filled. */
export const MatrixResult = z.strictObject({
  format: z.literal(1),
  name: z.string(),
  config: z.string(),
  columns: z.array(z.string()),
  /** Number of repetitions of each cell. */
  repeats: z.int(),
  /** Folder of the runs as seen from that of the table; tables of earlier versions do not say it. */
  output: z.string().optional(),
  /** All runs in the order in which they are made; those that no row has are still to come. Earlier versions wrote none. */
  planned: z.array(PlannedRun).optional(),
  /** The runs that are being made. What has ended in the middle of one leaves it, and the run itself says how it is. */
  running: z.array(RunningRun).optional(),
  /** The same in tables of versions that made one run at a time. */
  current: RunningRun.nullish(),
  rows: z.array(MatrixRow),
  /** What a study concludes, a sentence each; a plain matrix leaves that to its reader. */
  verdicts: z.array(z.string()).optional(),
  /** Trainings of all cells: those that were done, and those that a cell took over from another run. */
  trainings: z.strictObject({done: z.int(), takenOver: z.int()}),
});
export type MatrixResult = z.infer<typeof MatrixResult>;
