import * as z from 'zod';
import {EngineInfo} from '../engine/engineInfo.ts';
import {ErrorRecord} from '../errors.ts';

/** What a job of `deme launch check` says of its node, as a file in the folder that it was given. */
export const NodeReport = z.strictObject({
  format: z.literal(1).default(1),
  /** The text that it has found in the folder. */
  nonce: z.string(),
  host: z.string(),
  /** Version of Node. */
  node: z.string(),
  /** SHA-256 of the program. */
  program: z.string(),
  /** Milliseconds since the epoch, by the clock of the node and by that of the disk. */
  time: z.number(),
  diskTime: z.number(),
  cores: z.int(),
  /** Bytes that the job may take; null: it does not say. */
  memory: z.number().nullable(),
  /** Names of the GPUs that it may use. */
  gpus: z.array(z.string()),
  engine: EngineInfo.nullable(),
  /** Why there is no engine. */
  error: ErrorRecord.nullable(),
  /** Bytes; null: the disk does not say. */
  free: z.number().nullable(),
  cache: z.string(),
});
export type NodeReport = z.infer<typeof NodeReport>;
