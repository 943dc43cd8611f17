import {join} from 'node:path';
import {RunNotes} from '../../contract/run/runNotes.ts';
import {fileExists} from '../files/fileExists.ts';
import {readJson, writeJsonAtomic} from '../files/jsonFile.ts';

export const noNotes: RunNotes = {format: 1, tags: [], note: ''};

export function notesPath(run: string): string {
  return join(run, 'notes.json');
}

/** Tags and note of a run; empty ones for a run that has none. */
export async function readNotes(run: string): Promise<RunNotes> {
  const path = notesPath(run);
  return (await fileExists(path)) ? readJson(path, RunNotes, 'the notes of the run') : noNotes;
}

export async function writeNotes(run: string, notes: Omit<RunNotes, 'format'>): Promise<void> {
  await writeJsonAtomic(notesPath(run), RunNotes.parse({...notes, format: 1}));
}
