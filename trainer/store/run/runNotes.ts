import {RunNotes} from '../../contract/run/runNotes.ts';
import {readJsonIfThere, writeJsonAtomic} from '../files/jsonFile.ts';
import {runPaths} from './runPaths.ts';

export const noNotes: RunNotes = {format: 1, tags: [], note: ''};

/** Tags and note of a run; empty ones for a run that has none. */
export async function readNotes(run: string): Promise<RunNotes> {
  return (await readJsonIfThere(runPaths.notes(run), RunNotes, 'the notes of the run')) ?? noNotes;
}

export async function writeNotes(run: string, notes: Omit<RunNotes, 'format'>): Promise<void> {
  await writeJsonAtomic(runPaths.notes(run), RunNotes.parse({...notes, format: 1}));
}
