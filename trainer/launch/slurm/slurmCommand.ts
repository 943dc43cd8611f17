import {UserError} from '../../contract/errors.ts';
import {printable} from '../../contract/printable.ts';
import {outputTail, runCommand, type CommandResult} from '../runCommand.ts';

/** Milliseconds; a controller under load takes its time, and answers after ten seconds that it cannot. */
const patience = 60_000;
/** Bytes; a line for each of a hundred thousand jobs. */
const largest = 2 ** 25;

/** What a command of Slurm said. */
export interface SlurmAnswer extends CommandResult {
  readonly code: number;
}

/**
 * Calls a command of Slurm with these very arguments, without a shell. Throws a UserError where there is none, or where it does not end, or says
 * more than anybody could mean. A code that is not 0 is for the caller to explain.
 */
export async function slurmCommand(
  program: string,
  parameters: readonly string[],
  {timeout = patience, limit = largest} = {},
): Promise<SlurmAnswer> {
  const result = await runCommand(program, parameters, {environment: slurmEnvironment(), timeout, limit});
  if (result === null) {
    throw new UserError('slurm-missing', `There is no program ${program} here.`, {
      hint: 'Submit from a machine of the cluster on which Slurm is installed, such as its login node, or use `--launcher local`.',
    });
  }
  const {code} = result;
  if (result.isTooLong) throw new UserError('slurm-odd', `${program} says more than can be read.`);
  if (code !== null) return {...result, code};
  throw new UserError('slurm-silent', `${program} did not answer within ${Math.round(timeout / 1000)} s.`, {
    hint: 'The controller of the cluster may be busy. Try again in a while; `deme runs` shows what was submitted.',
  });
}

/** The error for a command that has failed, in Slurm's own words. */
export function slurmFailed(program: string, answer: CommandResult, hint?: string): UserError {
  const said = printable(outputTail(answer).split('\n').join(' ')).slice(0, 500);
  const words = said.replaceAll(/\b\w+: (?:error|fatal): /g, '') || `it ended with code ${answer.code}`;
  const away = /Unable to contact slurm controller|Connection refused|Socket timed out|SlurmctldHost/i.test(said);
  return new UserError(away ? 'slurm-away' : 'slurm-refused', `${program}: ${words}`, {
    hint: away ? 'The controller of the cluster is away; jobs that run go on. Try again in a while.' : hint,
  });
}

/**
 * Without what a job around this process would hand on to another job (SLURM_CPUS_PER_TASK and its like), and without the user's own formats
 * of lists. Where Slurm's own config lies stays.
 */
export function slurmEnvironment(base: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = Object.entries(base).filter(([name]) => {
    if (name === 'SLURM_CONF' || name === 'SLURM_CLUSTERS') return true;
    return !/^(?:SLURM_|SLURMD_|SQUEUE_|SACCT_|SBATCH_|SCANCEL_)/.test(name) || isForSubmission(name);
  });
  return {...Object.fromEntries(kept), SLURM_TIME_FORMAT: 'standard'};
}

/** What users set in their profile for all of their jobs. */
function isForSubmission(name: string): boolean {
  return /^SBATCH_(?:ACCOUNT|PARTITION|QOS|RESERVATION|CLUSTERS|CONSTRAINT|TIMELIMIT)$/.test(name);
}
