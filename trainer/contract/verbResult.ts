import * as z from 'zod';
import {ErrorRecord} from './errors.ts';

/** A schema of what a verb of `deme` prints with `--json`. */
export type ResultSchema<T> = z.ZodType<T>;

/** The result of any verb, for callers that only need to know that it succeeded. */
export const VerbResult = z.looseObject({});

/** What a verb prints that has failed. */
export const VerbFailure = z.strictObject({error: ErrorRecord});
