import {readFile} from 'node:fs/promises';

/** A process that can be told from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start in seconds since the epoch. */
  readonly started: number;
}

/** Linux counts process times in hundredths of a second for all user programs. */
const ticksPerSecond = 100;

/** Setting the clock moves the boot time, hence all start times; a recycled pid starts much later than this. */
const toleranceSeconds = 10;

/** The process that asks. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return {pid: process.pid, started: (await startOf(process.pid)) ?? Date.now() / 1000 - process.uptime()};
}

/** Whether that very process still runs. Where there is no /proc, a recycled pid cannot be told from the process. */
export async function isAlive({pid, started}: ProcessIdentity): Promise<boolean> {
  if (!answersSignal(pid)) return false;
  const start = await startOf(pid);
  return start === null || Math.abs(start - started) <= toleranceSeconds;
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Start of a process in seconds since the epoch; -Infinity for one that has ended but was not reaped; null without a usable /proc. */
async function startOf(pid: number): Promise<number | null> {
  const [status, system] = await Promise.all([readProc(`/proc/${pid}/stat`), readProc('/proc/stat')]);
  const boot = /^btime (\d+)$/m.exec(system ?? '')?.[1];
  if (status === null || boot === undefined) return null;
  // The second field is the program's name in parentheses and may hold anything, so count from the last parenthesis.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return -Infinity;
  const ticks = Number(fields[19]);
  return ticks > 0 ? Number(boot) + ticks / ticksPerSecond : null;
}

async function readProc(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null; // Another system, or the process ended meanwhile; both are answers here.
  }
}
