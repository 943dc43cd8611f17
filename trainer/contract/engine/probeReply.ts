import * as z from 'zod';
import {EngineInfo} from './engineInfo.ts';
import {ErrorRecord} from '../errors.ts';

/** The one message of a process that probes an engine. */
export const ProbeReply = z.union([z.strictObject({engine: EngineInfo}), z.strictObject({error: ErrorRecord})]);
export type ProbeReply = z.infer<typeof ProbeReply>;
