import type {MergeInput} from './mergeInput.ts';

/** As long as a hash, in its place until it is known. */
export const unknownHash = '0'.repeat(64);

type Hashed = Pick<MergeInput, 'hash' | 'requireUnchanged'>;

/** Lets the inputs be hashed beside what comes next. Whoever needs a hash waits for it, and gets its error. */
export function startHashes(inputs: readonly Hashed[]): void {
  for (const input of inputs) input.hash().catch(() => undefined);
}

/** The hashes of inputs that have been read. Throws a UserError where one has changed since it was opened. */
export async function settledHashes(inputs: readonly Hashed[]): Promise<string[]> {
  const hashes = await Promise.all(inputs.map((input) => input.hash()));
  for (const input of inputs) await input.requireUnchanged();
  return hashes;
}
