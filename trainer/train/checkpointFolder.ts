import {readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {UserError} from '../contract/errors.ts';
import {CheckpointRecord} from '../contract/run/records.ts';
import {fileExists} from '../store/files/fileExists.ts';
import {readJson} from '../store/files/jsonFile.ts';
import {hashFile} from '../store/hashes/sha256.ts';
import {isAbandoned} from '../store/files/temporaryFiles.ts';
import {checkpointName, checkpointNames, recordFile, stateFile} from '../store/run/checkpointFiles.ts';
import {bestUpdate, clearBest} from './bestCheckpoint.ts';

/** Which checkpoints are kept besides the best one. */
export interface KeptCheckpoints {
  /** The number of newest checkpoints. */
  readonly keep: number;
  /** Also the newest two whose update is a multiple of this. Default: none. */
  readonly regular?: number;
}

/** The record of a checkpoint. */
export async function readRecord(checkpoint: string): Promise<CheckpointRecord> {
  return readJson(join(checkpoint, recordFile), CheckpointRecord, 'the checkpoint record');
}

/** What is wrong with a checkpoint, or that it does not exist; null for an intact one. */
export async function damage(path: string): Promise<string | null> {
  try {
    const {files} = await readRecord(path);
    for (const name of new Set([stateFile, ...Object.keys(files)])) {
      const file = join(path, name);
      if (!(await fileExists(file))) return `${name} is missing`;
      if ((await hashFile(file)) !== files[name]) return `the checksum of ${name} differs from the recorded one`;
    }
    return null;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** The newest intact checkpoint before an update that is a multiple of `every`; null where there is none. */
export async function newestRegular(folder: string, every: number, before = Infinity): Promise<number | null> {
  const regular = (await checkpointNames(folder)).filter((name) => Number(name) % every === 0 && Number(name) < before);
  for (const name of regular.reverse()) {
    if ((await damage(join(folder, name))) === null) return Number(name);
  }
  return null;
}

/** The newest intact checkpoint; null where there is none. */
export async function newestIntact(folder: string): Promise<number | null> {
  for (const name of (await checkpointNames(folder)).reverse()) {
    if ((await damage(join(folder, name))) === null) return Number(name);
  }
  return null;
}

/** Removes the checkpoints after an update. */
export async function removeBeyond(folder: string, update: number): Promise<void> {
  if (((await bestUpdate(folder)) ?? 0) > update) await clearBest(folder);
  for (const name of await checkpointNames(folder)) {
    if (Number(name) > update) await rm(join(folder, name), {recursive: true, force: true});
  }
}

/**
 * Removes all but the newest up to the one just written, the newest regular ones and the best one. Also removes later ones, which were damaged
 * or nothing would lie between; and what a crash left half written.
 */
export async function removeOld(folder: string, update: number, {keep, regular}: KeptCheckpoints): Promise<void> {
  const names = await checkpointNames(folder);
  const before = names.filter((name) => Number(name) <= update);
  const kept = new Set(before.slice(-keep));
  const newest = before.filter((name) => regular !== undefined && Number(name) % regular === 0).slice(-2);
  const best = await bestUpdate(folder);
  for (const name of [...newest, best === null ? undefined : checkpointName(best)])
    if (name !== undefined) kept.add(name);
  const abandoned = (await readdir(folder)).filter(isAbandoned);
  for (const name of [...names.filter((name) => !kept.has(name)), ...abandoned]) {
    await rm(join(folder, name), {recursive: true, force: true});
  }
}
