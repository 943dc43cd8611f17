import {readdir, readFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {lockHolder} from '../../trainer/store/run/processLock.ts';

/** Numbers of the processes that work on a run. */
export interface Workers {
  readonly owner: number | null;
  readonly stages: readonly number[];
}

/** The living processes of a run, by its locks. */
export async function workersOf(run: string): Promise<Workers> {
  const locks = (await readdir(join(run, 'locks')).catch(() => [])).filter((name) => name.endsWith('.lock'));
  const holders = await Promise.all(locks.map((name) => lockHolder(join(run, 'locks', name))));
  const owner = await lockHolder(join(run, 'owner.lock'));
  return {owner: owner?.pid ?? null, stages: holders.flatMap((holder) => (holder ? [holder.pid] : []))};
}

/** Ends a process as a power failure would; one that is gone already is fine. */
export function killNine(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Programs that still run with a path below `folder` in their command, and children of this process that nobody has reaped. */
export async function remainsOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(pids.map((pid) => remainOf(pid, folder)));
  return found.flatMap((text) => (text === null ? [] : [text]));
}

async function remainOf(pid: string, folder: string): Promise<string | null> {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => ''); // It has ended meanwhile.
  const [command, status] = await Promise.all([read('cmdline'), read('stat')]);
  if (command.includes(folder)) return `${pid} ${command.replaceAll('\0', ' ')}`;
  const [state, parent] = status.slice(status.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' && Number(parent) === process.pid ? `${pid} zombie` : null;
}

/** Temporary files and locks below a folder, which nobody needs any more. */
export async function leftovers(folder: string): Promise<string[]> {
  const entries = await readdir(folder, {recursive: true});
  return entries.filter((path) => path.endsWith('.tmp') || /\.lock(\.|$)/.test(basename(path)));
}
