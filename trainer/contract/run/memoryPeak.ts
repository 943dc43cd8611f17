import * as z from 'zod';

/** The peak memory of a process, in bytes. */
export const MemoryPeak = z.strictObject({
  /** Resident in the memory of the machine. */
  host: z.int().min(0),
  /** On its GPUs; absent where that cannot be read. */
  device: z.int().min(0).optional(),
});
export type MemoryPeak = z.infer<typeof MemoryPeak>;
