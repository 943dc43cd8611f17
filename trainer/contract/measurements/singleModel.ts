import * as z from 'zod';

/** Names of the models of a run that have weights of their own: all but the ensemble. */
export const singleModelNames = '(?:base|ordinary|merged(?:-\\d{1,3})?|expert-\\d{1,3}|baseline-[a-z0-9-]{1,24})';

/** Files of results, one for each model. */
export const singleModelFiles = new RegExp(`^${singleModelNames}\\.json$`);

/** A model whose weights are measured, as a request names it. */
export const SingleModel = z
  .string()
  .regex(
    new RegExp(`^${singleModelNames}$`),
    'Give base, ordinary, merged, an expert, as in expert-0, or a baseline, as in baseline-p2.',
  );
