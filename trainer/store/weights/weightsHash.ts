import {knownHash} from '../files/knownHash.ts';
import {hashBytes} from '../files/sha256.ts';

/** SHA-256 of a weights file; over the shards' hashes (hex, one a line) when sharded. */
export async function hashWeights(files: readonly string[]): Promise<string> {
  const hashes = await Promise.all(files.map(knownHash));
  const [first] = hashes;
  return hashes.length === 1 && first !== undefined ? first : hashBytes(hashes.join('\n'));
}
