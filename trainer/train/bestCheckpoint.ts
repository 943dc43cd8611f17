import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {nullForUserError} from '../contract/errors.ts';
import {BestRecord} from '../contract/run/records.ts';
import {fileExists} from '../store/files/fileExists.ts';
import {readJson, writeJsonAtomic} from '../store/files/jsonFile.ts';

const markerFile = 'best';

/**
 * The checkpoint of a folder with the lowest held-out loss. Null where none was measured or the marker is damaged: the next
 * measurement writes a new one.
 */
export async function readBest(folder: string): Promise<BestRecord | null> {
  const path = join(folder, markerFile);
  if (!(await fileExists(path))) return null;
  return readJson(path, BestRecord, 'the marker of the best checkpoint').catch(nullForUserError);
}

/** The update of that checkpoint. */
export async function bestUpdate(folder: string): Promise<number | null> {
  return (await readBest(folder))?.update ?? null;
}

/** Marks the checkpoint of `update`, which must be there already, as the best one. */
export async function markBest(folder: string, update: number, loss: number): Promise<void> {
  const record: BestRecord = {format: 1, update, loss};
  await writeJsonAtomic(join(folder, markerFile), record);
}

/** Removes the mark, for a training that rolls back to before that checkpoint. */
export async function clearBest(folder: string): Promise<void> {
  await rm(join(folder, markerFile), {force: true});
}
