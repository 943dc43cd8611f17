import {readFile} from 'node:fs/promises';
import {hostname} from 'node:os';
import type {ProcessIdentity} from '../../contract/run/processIdentity.ts';

/** Linux counts process times in hundredths of a second for all user programs. */
const ticksPerSecond = 100;

/** Setting the clock moves the boot time, hence all start times; a recycled pid starts much later than this. */
const toleranceSeconds = 10;

/** A process elsewhere that has given no sign of life for so long is taken for gone: its machine may be. */
const foreignPatience = 60;
/** One in a job of a scheduler may be held up by a file system that many write to, and its scheduler says when it has died. */
const jobPatience = 300;

/** The process that asks. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const start = await startOf(process.pid);
  return {
    pid: process.pid,
    started: start?.seconds ?? Date.now() / 1000 - process.uptime(),
    ...(start?.birth !== undefined && {birth: start.birth}),
    host: hostname(),
    ...ownJob(),
  };
}

/** The job of Slurm that this process belongs to. */
function ownJob({SLURM_JOB_ID: id, SLURM_RESTART_COUNT: life = '0'} = process.env): Pick<ProcessIdentity, 'job'> {
  return id ? {job: {id, life: /^\d+$/.test(life) ? Number(life) : 0}} : {};
}

/** Whether a process belongs to a later life of the job of another: the scheduler has given that one up before. */
export function isLaterLife(later: ProcessIdentity, earlier: ProcessIdentity): boolean {
  if (later.job === undefined || earlier.job === undefined) return false;
  return later.job.id === earlier.job.id && later.job.life > earlier.job.life;
}

/** Whether a process is, or was, one of this machine or container, so that its number may be used. */
export function isHere({host}: ProcessIdentity): boolean {
  return host === undefined || host === hostname();
}

/**
 * Whether that very process still runs. Where there is no /proc, a recycled pid cannot be told from the process.
 * @param silence seconds since its last sign of life, by which a process of another machine that shares the folder is judged
 */
export async function isAlive(
  identity: ProcessIdentity,
  silence: number | (() => Promise<number>) = Infinity,
): Promise<boolean> {
  const {pid, started, birth, job} = identity;
  if (!isHere(identity)) {
    const seconds = typeof silence === 'number' ? silence : await silence();
    return Math.abs(seconds) < (job === undefined ? foreignPatience : jobPatience);
  }
  if (!answersSignal(pid)) return false;
  const start = await startOf(pid);
  if (start === null) return true;
  if (birth !== undefined && start.birth !== undefined) return start.birth === birth;
  return Math.abs(start.seconds - started) <= toleranceSeconds;
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

interface Start {
  /** Since the epoch, by the clock as it is set now; -Infinity for a process that has ended but was not reaped. */
  readonly seconds: number;
  readonly birth: string | undefined;
}

/** When a process started; null without a usable /proc. */
async function startOf(pid: number): Promise<Start | null> {
  const files = [`/proc/${pid}/stat`, '/proc/stat', '/proc/sys/kernel/random/boot_id'];
  const [status, system, bootId] = await Promise.all(files.map(readProc));
  const boot = /^btime (\d+)$/m.exec(system ?? '')?.[1];
  if (!status || boot === undefined) return null;
  // The second field is the program's name in parentheses and may hold anything, so count from the last parenthesis.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return {seconds: -Infinity, birth: 'ended'};
  const ticks = Number(fields[19]);
  if (!(ticks > 0)) return null;
  return {seconds: Number(boot) + ticks / ticksPerSecond, birth: bootId ? `${bootId.trim()} ${ticks}` : undefined};
}

async function readProc(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null; // Another system, or the process ended meanwhile; both are answers here.
  }
}
