import {z} from 'zod';

/** What a started engine is and why it was taken; crosses from the process that probed it. */
export const EngineInfo = z.strictObject({
  name: z.enum(['tensorflow', 'webgpu', 'wasm']),
  version: z.string(),
  device: z.enum(['CPU', 'GPU']),
  /** What the driver calls itself and its device (webgpu). */
  adapter: z.string().optional(),
  /** Threads that one process computes with. */
  threads: z.int(),
  /** For the user: which engine and why; a GPU that is not used is said here. */
  reason: z.string(),
});
export type EngineInfo = z.infer<typeof EngineInfo>;

/** Engines that compute; `auto` of a config becomes one of them. */
export type EngineName = EngineInfo['name'];
