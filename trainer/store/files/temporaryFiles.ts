import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {nullForUserError} from '../../contract/errors.ts';
import {entriesIn} from './namesIn.ts';

/** `.NAME.PID.RANDOM.tmp`, as `temporaryBeside` names what is being written. */
const pattern = /^\..+\.(\d+)\.[0-9a-f]+\.tmp$/;

/** Whether a name is that of a temporary file whose process is gone; that of another one with the same number is left alone. */
export function isAbandoned(name: string): boolean {
  const pid = Number(pattern.exec(name)?.[1] ?? NaN);
  return Number.isInteger(pid) && pid > 0 && !isTaken(pid);
}

/**
 * Removes what killed processes have left half written anywhere below a folder, in which others may be at work. What cannot be looked
 * into or removed stays: nothing depends on its absence.
 */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const entry of (await entriesIn(folder).catch(nullForUserError)) ?? []) {
    const path = join(folder, entry.name);
    if (isAbandoned(entry.name)) await rm(path, {recursive: true, force: true}).catch(() => undefined);
    else if (entry.isDirectory()) await removeAbandoned(path);
  }
}

function isTaken(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
