import * as z from 'zod';
import {EngineInfo} from './engineInfo.ts';

/** An engine as `deme engine list` and `deme engine check` report it. */
export const EngineStatus = z.strictObject({
  name: EngineInfo.shape.name,
  installed: z.boolean(),
  healthy: z.boolean(),
  /** Null when it is not known, as for an engine that does not load. */
  version: z.string().nullable(),
  device: EngineInfo.shape.device.nullable(),
  /** Bytes that it may compute in: those of the smallest GPU, or of the machine; left out where that cannot be told. */
  memory: z.number().optional(),
  /** For the user: where it is, what is wrong, what to do. */
  note: z.string(),
});
export type EngineStatus = z.infer<typeof EngineStatus>;

export const EngineList = z.strictObject({engines: z.array(EngineStatus)});
