import {readdir, readFile} from 'node:fs/promises';
import {runCommand} from './runCommand.ts';

/**
 * Ends a process and all its descendants as they are. The parents first, so that none starts another child meanwhile; those that are gone
 * already are fine.
 */
export async function killTree(pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    await runCommand('taskkill', ['/pid', String(pid), '/T', '/F']);
    return;
  }
  for (const each of await treeOf(pid)) killOne(each);
}

/** A process and all its descendants as they are now, parents first. Not on Windows. */
export async function treeOf(pid: number): Promise<number[]> {
  return [pid, ...descendants(pid, await parents())];
}

/** Children, grandchildren and so on of a process, from a table of pid -> parent. */
export function descendants(pid: number, parentOf: ReadonlyMap<number, number>): number[] {
  const children = [...parentOf].filter(([child, parent]) => parent === pid && child !== pid).map(([child]) => child);
  return children.flatMap((child) => [child, ...descendants(child, parentOf)]);
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Parent of every process, from /proc where there is one (a container may lack `ps`). */
async function parents(): Promise<Map<number, number>> {
  return process.platform === 'linux' ? parentsByProc() : parentsByPs();
}

async function parentsByProc(): Promise<Map<number, number>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(
    pids.map(async (pid) => {
      const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null); // It has ended meanwhile.
      // The program's name, in parentheses, may hold anything: count from the last parenthesis.
      const parent = status?.slice(status.lastIndexOf(')') + 2).split(' ')[1];
      return [Number(pid), Number(parent ?? NaN)] as const;
    }),
  );
  return new Map(entries);
}

async function parentsByPs(): Promise<Map<number, number>> {
  const result = await runCommand('ps', ['-A', '-o', 'pid=,ppid=']);
  const rows = (result?.stdout ?? '').split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return new Map(rows.flatMap(([pid, parent]) => (pid && parent !== undefined ? [[pid, parent] as const] : [])));
}
