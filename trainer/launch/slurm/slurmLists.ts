import {SeenJob} from '../../contract/launch/seenJob.ts';

/**
 * Columns of squeue: number of the job, of the array and within it, state, start, name, and last the reason, which may hold anything. Text and an
 * explicit format, as its JSON differs from version to version.
 */
export const queueFormat = '%A|%F|%K|%T|%S|%j|%r';

/** The same of sacct, which knows ended jobs for longer, where a cluster keeps accounts. */
export const pastFormat = 'JobID,State,Start,JobName%200';

/** The jobs of a list; lines that are none are left out. */
export function parseQueue(text: string): SeenJob[] {
  return text.split('\n').flatMap((line) => {
    const [number = '', array = '', task = '', state = '', start = '', name = '', ...reason] = line.split('|');
    const id = /^\d+$/.test(task) ? `${array}_${task}` : number;
    return jobOf({id, state, start: timeOf(start), name, reason: reason.join('|').trim()});
  });
}

export function parsePast(text: string): SeenJob[] {
  return text.split('\n').flatMap((line) => {
    const [id = '', state = '', start = '', name = ''] = line.split('|');
    // As in `CANCELLED by 1000`
    return jobOf({id, state: state.split(' ', 1)[0] ?? '', start: timeOf(start), name, reason: ''});
  });
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
