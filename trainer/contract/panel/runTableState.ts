import * as z from 'zod';

/** How the page shows its table of runs. */
export const RunTableState = z.object({
  filter: z.string().default(''),
  /** Null: the newest first. */
  order: z.object({column: z.string(), descending: z.boolean()}).nullable().default(null),
  /** Null: the usual ones. */
  columns: z.array(z.string()).nullable().default(null),
  /** A column whose values make groups. */
  group: z.string().nullable().default(null),
  /** The score by which the best run is marked. */
  metric: z.string().nullable().default(null),
});
export type RunTableState = z.infer<typeof RunTableState>;
