import {stat} from 'node:fs/promises';
import {knownHash} from '../files/knownHash.ts';
import {readModelFolder} from './modelFolder.ts';

/** SHA-256 of the weights of a model, as records have it: of a bare weights file, or of a folder (`ModelFolder.weightsHash`). */
export async function modelHash(path: string): Promise<string> {
  return (await stat(path)).isDirectory() ? (await readModelFolder(path)).weightsHash() : knownHash(path);
}
