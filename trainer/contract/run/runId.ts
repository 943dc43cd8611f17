import * as z from 'zod';

/** Name of an experiment. Run folders are called after it, so it may not lead anywhere else. */
export const ExperimentName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, dot, dash and underscore only, at most 64');

/** `<experiment>-<n>`, the name of a run and of its folder. Exports are called after it, so it may not lead anywhere else either. */
export const RunId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/, 'not the name of a run');
