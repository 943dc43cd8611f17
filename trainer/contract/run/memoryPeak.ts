import {z} from 'zod';

/** The most memory that a process has had at once, in bytes. */
export const MemoryPeak = z.strictObject({
  /** Resident in the memory of the machine. */
  host: z.int().min(0),
  /** Taken of its GPUs; left out where that cannot be read. */
  device: z.int().min(0).optional(),
});
export type MemoryPeak = z.infer<typeof MemoryPeak>;
