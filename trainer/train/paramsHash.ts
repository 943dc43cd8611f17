import {createHash} from 'node:crypto';
import type {Params} from '../nn/params.ts';

/** SHA-256 over names and values, to prove that frozen weights did not change. */
export async function hashParams(params: Params): Promise<string> {
  const hash = createHash('sha256');
  for (const [name, tensor] of params) {
    const values = await tensor.data();
    hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}
