import * as z from 'zod';
import {sha256} from './sha256.ts';

/** `hashes/*.json` in the per-user cache: the SHA-256 of a large file, and what the file looked like when it was computed. */
export const KnownHash = z.strictObject({
  format: z.literal(1).default(1),
  path: z.string(),
  /** Size, inode and times of the last change of content and of inode, in nanoseconds; decimal, since they exceed doubles. */
  stamp: z.string(),
  sha256,
});
export type KnownHash = z.infer<typeof KnownHash>;
