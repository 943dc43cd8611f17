import * as z from 'zod';
import {EngineConfig} from '../config/config.ts';

/** The engine that a process is to start. */
export const AskedEngine = EngineConfig.extend({
  /** Why it is the one that is named, as the end of the sentence that the user reads; left out: it was asked for. */
  why: z.string().optional(),
});
export type AskedEngine = z.infer<typeof AskedEngine>;
