import {SeenJob} from '../../contract/launch/seenJob.ts';

/**
 * Columns of squeue: number of the job, of the array and within it, state, start, limits of time and memory, name, and last the reason, which may hold anything. Text and an
 * explicit format, as its JSON differs from version to version.
 */
export const queueFormat = '%A|%F|%K|%T|%S|%l|%m|%j|%r';

/** The same of sacct, which knows ended jobs for longer, and what they took, where a cluster keeps accounts. */
export const pastFormat = 'JobID,State,Start,Timelimit,ReqMem,Elapsed,MaxRSS,JobName%200';

/** The jobs of a list; lines that are none are left out. */
export function parseQueue(text: string): SeenJob[] {
  return text.split('\n').flatMap((line) => {
    const [number = '', array = '', task = '', state = '', start = '', time = '', memory = '', name = '', ...reason] =
      line.split('|');
    const id = /^\d+$/.test(task) ? `${array}_${task}` : number;
    const asked = amountsOf(time, memory);
    return jobOf({id, state, start: timeOf(start), name, reason: reason.join('|').trim(), ...(asked && {asked})});
  });
}

/** A job has a line, and each of its steps (`12.batch`), which are what takes memory. */
export function parsePast(text: string): SeenJob[] {
  const lines = text.split('\n').map((line) => line.split('|'));
  const peaks = new Map<string, string>();
  for (const [step = '', , , , , , memory = ''] of lines) {
    const id = step.split('.', 1)[0] ?? '';
    if (bytesOf(memory) > bytesOf(peaks.get(id) ?? '')) peaks.set(id, memory);
  }
  return lines.flatMap(([id = '', state = '', start = '', limit = '', memory = '', elapsed = '', , name = '']) => {
    const [asked, took] = [amountsOf(limit, memory), amountsOf(elapsed, peaks.get(id) ?? '')];
    // As in `CANCELLED by 1000`
    const [word = ''] = state.split(' ', 1);
    // What Slurm itself has killed for its memory, without the kernel, has only failed.
    const [had, used] = [bytesOf(asked?.memory ?? ''), bytesOf(took?.memory ?? '')];
    const isOver = word === 'FAILED' && had > 0 && used > had;
    const job = {id, state: isOver ? 'OUT_OF_MEMORY' : word, start: timeOf(start), name, reason: ''};
    return jobOf({...job, ...(asked && {asked}), ...(took && {took})});
  });
}

const units = ['', 'K', 'M', 'G', 'T', 'P'];

/** Of a size as in `307200K`, with Slurm's units of 1024; -1 for none. */
function bytesOf(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([KMGTP]?)$/.exec(text) ?? [];
  return number === undefined ? -1 : Number(number) * 1024 ** units.indexOf(unit);
}

/** Null where neither is given. Older versions write for what memory is given, as in `4Gn` for a node. */
function amountsOf(time: string, memory: string): SeenJob['asked'] | null {
  const size = memory.replace(/[cn]$/, '');
  const amounts = {
    time: /^[\d:-]{1,20}$|^UNLIMITED$/.test(time) ? time : '',
    memory: bytesOf(size) > 0 ? size : '',
  };
  return amounts.time === '' && amounts.memory === '' ? null : amounts;
}

function jobOf(job: SeenJob): SeenJob[] {
  const isState = /^[A-Z_]{2,30}$/.test(job.state);
  const parsed = isState ? SeenJob.safeParse({...job, reason: job.reason.slice(0, 200)}) : null;
  return parsed?.success ? [parsed.data] : [];
}

/** A time, or nothing where squeue says N/A. */
function timeOf(text: string): string {
  return /^\d{4}-\d\d-\d\dT[\d:]{5,8}$/.test(text) ? text : '';
}
