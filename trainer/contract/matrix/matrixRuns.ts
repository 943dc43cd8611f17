import * as z from 'zod';

/** A run that a matrix makes. */
export const PlannedRun = z.strictObject({
  /** By column. */
  labels: z.record(z.string(), z.string()),
  /** Label of the repetition; null without any. */
  repeat: z.string().nullable(),
});
export type PlannedRun = z.infer<typeof PlannedRun>;

/** The runs that a matrix makes: `deme matrix CONFIG --dry-run --json`. */
export const MatrixRuns = z.array(PlannedRun);
export type MatrixRuns = z.infer<typeof MatrixRuns>;

/** `N = 4, p = 0.3` */
export function cellText({labels}: {readonly labels: Readonly<Record<string, string>>}): string {
  return Object.entries(labels)
    .map(([column, label]) => `${column} = ${label}`)
    .join(', ');
}
