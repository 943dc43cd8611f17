import * as z from 'zod';

/** A started engine and why it was chosen, as the process that probed it reports it. */
export const EngineInfo = z.strictObject({
  name: z.enum(['tensorflow', 'webgpu', 'wasm']),
  version: z.string(),
  device: z.enum(['CPU', 'GPU']),
  /** The names of the driver and its device (webgpu). */
  adapter: z.string().optional(),
  /** Threads that one process computes with. */
  threads: z.int(),
  /** For the user: which engine and why, and which GPU is not used. */
  reason: z.string(),
});
export type EngineInfo = z.infer<typeof EngineInfo>;

/** Engines that compute; `auto` of a config becomes one of them. */
export type EngineName = EngineInfo['name'];
