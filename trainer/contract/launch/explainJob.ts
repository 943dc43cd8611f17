import type {ErrorRecord} from '../errors.ts';
import {printable} from '../printable.ts';
import type {SeenJob} from './seenJob.ts';

const ends: Readonly<Record<string, {message: string; hint: string}>> = {
  OUT_OF_MEMORY: {
    message: 'took more memory than its job had',
    hint: 'Raise launch.options.mem, or lower batch; then resume the run.',
  },
  TIMEOUT: {
    message: 'came to the time limit of its job before it could write a checkpoint',
    hint: 'Raise launch.options.time, or the seconds of launch.signal; then resume the run.',
  },
  DEADLINE: {message: 'came to the deadline of its job', hint: 'Give a later deadline; then resume the run.'},
  NODE_FAIL: {
    message: 'lost its node',
    hint: 'Resume the run: it goes on from its last checkpoint. launch.options.exclude keeps jobs from a bad node.',
  },
  BOOT_FAIL: {message: 'got a node that did not start', hint: 'Resume the run.'},
};

/** What the end of a job means for its stage, and what to do about it. */
export function explainJob(
  stage: string,
  job: Pick<SeenJob, 'id' | 'state' | 'reason' | 'asked' | 'took'>,
): ErrorRecord {
  const {id, state, reason} = job;
  const known = ends[state];
  const why = reason === '' || reason === 'None' ? '' : ` (${printable(reason)})`;
  const message = known?.message ?? `ended as ${printable(state)}${why}`;
  return {
    code: `job-${state.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`,
    message: `${stage} ${message}${amountText(job)}.`,
    where: `job ${id}`,
    hint: known?.hint ?? 'The log of the job, in the folder jobs of the run, says more; then resume the run.',
  };
}

/** ` (100M, and took 309M)`; nothing where the end has nothing to do with it, or the scheduler does not say. */
function amountText({state, asked, took}: Pick<SeenJob, 'state' | 'asked' | 'took'>): string {
  const kind = state === 'OUT_OF_MEMORY' ? 'memory' : state === 'TIMEOUT' ? 'time' : null;
  const had = kind === null ? '' : (asked?.[kind] ?? '');
  if (kind === null || had === '') return '';
  const used = kind === 'memory' ? (took?.memory ?? '') : '';
  return ` (${printable(had)}${used === '' ? '' : `, and took ${printable(used)}`})`;
}

/** Why a job waits, in words, by the code that Slurm gives. */
const waits: Readonly<Record<string, string>> = {
  Priority: 'others come first',
  Resources: 'no node is free',
  Dependency: 'it waits for other stages',
  DependencyNeverSatisfied: 'a stage before it failed',
  BeginTime: 'it starts again in a moment',
  JobArrayTaskLimit: 'so many of its array may run at once',
  JobHeldUser: 'it is held',
  JobHeldAdmin: 'an administrator holds it',
  ReqNodeNotAvail: 'the nodes that it may use are not available',
  PartitionDown: 'the partition is down',
  PartitionTimeLimit: 'its time limit is more than the partition allows',
  QOSMaxJobsPerUserLimit: 'so many of your jobs may run at once',
  QOSMaxGRESPerUser: 'so many GPUs may be yours at once',
  AssocGrpGRES: 'the account has used its GPUs',
  AssocMaxJobsLimit: 'so many jobs of the account may run at once',
  Licenses: 'a licence is not free',
};

/** `others come first (Priority), expected 14:20` */
export function waitText({reason, start}: Pick<SeenJob, 'reason' | 'start'>): string {
  const code = printable(/^\w*/.exec(reason)?.[0] ?? '');
  const words = waits[code];
  const why = words === undefined ? printable(reason) : `${words} (${code})`;
  const when = /T(\d\d:\d\d)/.exec(start)?.[1];
  return [...(why === '' || why === 'None' ? ['submitted'] : [why]), ...(when ? [`expected ${when}`] : [])].join(', ');
}
