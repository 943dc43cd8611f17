import * as z from 'zod';

const pair = 'Give two different experts, as in 0,1.';
const expert = z.int(pair).min(0, pair);

/** Two experts of a run, counted from 0. */
export const ExpertPair = z.tuple([expert, expert], pair).refine(([x, y]) => x !== y, pair);
