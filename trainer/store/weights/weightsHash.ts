import {knownHash} from '../hashes/knownHash.ts';
import {hashBytes} from '../hashes/sha256.ts';

/** SHA-256 of a weights file; over the shards' hashes (hex, one a line) when sharded. */
export async function hashWeights(files: readonly string[]): Promise<string> {
  const hashes = await Promise.all(files.map(knownHash));
  const [first] = hashes;
  return hashes.length === 1 && first !== undefined ? first : hashBytes(hashes.join('\n'));
}
