import * as z from 'zod';
import {StudyContent, studyKinds} from '../studies/studyContent.ts';

/** A study, matrix or benchmark in a list. */
export const StudySummary = z.strictObject({
  /** Its file. */
  path: z.string(),
  kind: z.enum(studyKinds),
  /** Name of its experiment, or of the benchmark. */
  name: z.string(),
  /** How far it is, as in `3 of 9 runs`. */
  text: z.string(),
  /** When its file was written, in milliseconds since the epoch: another time, another content. */
  changed: z.number(),
  /** Paths of its runs, as far as they are known. */
  runs: z.array(z.string()),
  /** Why it cannot be read; null where it can. */
  problem: z.string().nullable(),
});
export type StudySummary = z.infer<typeof StudySummary>;

/** A whole one; asked for when it is shown. */
export const StudyView = z.strictObject({
  path: z.string(),
  changed: z.number(),
  content: StudyContent,
  /** Paths of its runs by their names, as far as they are known. */
  runs: z.record(z.string(), z.string()),
  /** Images that base and merged model drew most differently, for each cell whose first run keeps some. */
  pictures: z.array(z.strictObject({cell: z.string(), alt: z.string(), source: z.string()})),
});
export type StudyView = z.infer<typeof StudyView>;

/** What the page shows of studies, and how; kept over a restart. */
export const StudyTableState = z.object({
  /** File of the one that is shown; null: the newest. */
  path: z.string().nullable().default(null),
  order: z.object({column: z.string(), descending: z.boolean()}).nullable().default(null),
  /** Model of each cell of a matrix. */
  model: z.string().default('merged'),
  /** Whether the settings that differ between cells are columns. */
  settings: z.boolean().default(false),
});
export type StudyTableState = z.infer<typeof StudyTableState>;
