import {UserError} from '../../contract/errors.ts';
import {printable} from '../../contract/printable.ts';
import type {SeenJob} from '../../contract/launch/seenJob.ts';
import {portions} from '../portions.ts';
import type {JobRequest, Scheduler} from '../scheduler.ts';
import {sbatchArguments} from './sbatchArguments.ts';
import {parsePast, parseQueue, pastFormat, queueFormat} from './slurmLists.ts';
import {slurmCommand, slurmFailed, type SlurmAnswer} from './slurmCommand.ts';

/** So many numbers fit into a line of arguments. */
const idsAtOnce = 500;

/** Milliseconds; sbatch tries again by itself for minutes where the controller is too busy to take a job. */
const submitPatience = 600_000;

/** Slurm, by its own commands: they are the same everywhere, whoever has installed it, and need no rights but the user's. */
export const slurmScheduler: Scheduler = {
  argumentsOf: sbatchArguments,

  async submit(job) {
    try {
      return jobNumber(await slurmCommand('sbatch', sbatchArguments(job), {timeout: submitPatience}), job);
    } catch (error) {
      // It may have been taken all the same.
      if (!(error instanceof UserError) || error.code !== 'slurm-silent') throw error;
      const found = (await slurmScheduler.look().catch(() => [])).find(({name}) => name === job.name);
      const id = found?.id.split('_', 1)[0];
      if (id === undefined) throw error;
      return id;
    }
  },

  async look() {
    const parameters = ['--noheader', '--states=all', '--array', ...ownUser(), `--format=${queueFormat}`];
    return parseQueue(succeeded('squeue', await slurmCommand('squeue', parameters)));
  },

  async past(ids) {
    const found: SeenJob[] = [];
    for (const some of portions(ids, idsAtOnce)) {
      const parameters = ['--noheader', '--parsable2', `--jobs=${some.join(',')}`, `--format=${pastFormat}`];
      // No accounting at all, or a database that is away, is no failure.
      const answer = await slurmCommand('sacct', parameters).catch(() => null);
      if (answer?.code === 0) found.push(...parsePast(answer.stdout));
    }
    return found;
  },

  async cancel(ids, onlyWaiting = false) {
    for (const some of portions(ids, idsAtOnce)) {
      const parameters = [...(onlyWaiting ? ['--state=PENDING'] : []), ...some];
      requireOrGone('scancel', await slurmCommand('scancel', parameters));
    }
  },

  async signal(ids, signal) {
    for (const some of portions(ids, idsAtOnce)) {
      requireOrGone('scancel', await slurmCommand('scancel', ['--batch', `--signal=${signal}`, ...some]));
    }
  },
};

function jobNumber(answer: SlurmAnswer, {options}: JobRequest): string {
  if (answer.code !== 0) throw slurmFailed('sbatch', answer, hintFor(answer.stderr, options));
  // Some clusters print words of their own before it.
  const numbers = answer.stdout.split('\n').flatMap((line) => /^(\d+)(?:;[\w.-]+)?$/.exec(line.trim())?.[1] ?? []);
  const [number, ...others] = numbers;
  if (number !== undefined && others.length === 0) return number;
  const said = printable(answer.stdout.trim()).slice(0, 200);
  throw new UserError('slurm-odd', `sbatch answered no job number${said === '' ? ', but nothing' : `: ${said}`}.`, {
    hint: 'Look with `squeue --me` whether there is a job of that name.',
  });
}

function hintFor(stderr: string, options: JobRequest['options']): string | undefined {
  const named = Object.keys(options).join(', ');
  if (
    /invalid partition|invalid account|invalid generic resource|Requested node configuration|unrecognized option/i.test(
      stderr,
    )
  ) {
    return `Change launch.options${named === '' ? '' : ` (${named})`}; \`sinfo\` lists the partitions.`;
  }
  if (/array/i.test(stderr)) return 'The cluster takes smaller arrays only.';
  return undefined;
}

function succeeded(program: string, answer: SlurmAnswer): string {
  if (answer.code !== 0) throw slurmFailed(program, answer);
  return answer.stdout;
}

/** Jobs that have ended meanwhile are what was wanted. */
function requireOrGone(program: string, answer: SlurmAnswer): void {
  const isGone = /Invalid job id|already completing or completed|Job\/step already/i.test(answer.stderr);
  if (answer.code !== 0 && !isGone) throw slurmFailed(program, answer);
}

/** squeue takes numbers as well as names, which some containers do not know. */
function ownUser(): string[] {
  const id = process.getuid?.();
  return id === undefined ? [] : [`--user=${id}`];
}
