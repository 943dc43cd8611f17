import {namesIn} from '../files/namesIn.ts';

/** The files of a checkpoint of a training. */
export const stateFile = 'state.safetensors';
export const eventsFile = 'events.jsonl';
export const recordFile = 'checkpoint.json';

/** The checkpoints of a folder, oldest first. */
export async function checkpointNames(folder: string): Promise<string[]> {
  const names = await namesIn(folder);
  return names.filter((name) => /^\d{9}$/.test(name)).sort();
}

/** The folder of the checkpoint of an update. */
export function checkpointName(update: number): string {
  return String(update).padStart(9, '0');
}
