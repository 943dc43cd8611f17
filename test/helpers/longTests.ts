import {it} from 'vitest';

/** Whether this is `npm run test:long`, which also runs what repeats a test at greater length, or on an engine that takes minutes for it. */
export const isLong = process.env.DEME_LONG_TESTS === '1';

/** A test of `npm run test:long` alone. */
export const itLong: typeof it.skip = it.skipIf(!isLong);
