import {writeSync} from 'node:fs';

/** Appends all bytes to an open file. One call of the system may write less without an error, as when the disk becomes full. */
export function writeFully(file: number, bytes: Uint8Array): number {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
  return bytes.length;
}
