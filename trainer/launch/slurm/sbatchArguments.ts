import {basename, dirname, join} from 'node:path';
import type {JobOptions} from '../../contract/config/launchConfig.ts';
import type {JobNeed, JobRequest} from '../scheduler.ts';

/**
 * The arguments of sbatch for a job. Those of the user are passed as they are, each as one argument that no shell looks at. A job whose needs
 * have failed goes away instead of waiting for ever, and one that is preempted comes back.
 */
export function sbatchArguments(job: JobRequest): string[] {
  const {name, script, log, options, signal, tasks, parallel, needs} = job;
  const limit = parallel === undefined ? '' : `%${parallel}`;
  const dependency = dependencyOf(needs);
  return [
    '--parsable',
    `--job-name=${name}`,
    '--requeue',
    '--open-mode=append',
    '--kill-on-invalid-dep=yes',
    `--output=${logPattern(log, tasks !== null)}`,
    `--signal=B:${signal}`,
    ...optionArguments(options),
    ...(tasks === null ? [] : [`--array=0-${tasks - 1}${limit}`]),
    ...(dependency === '' ? [] : [`--dependency=${dependency}`]),
    script,
  ];
}

function optionArguments(options: JobOptions): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === null || value === false) return [];
    return [value === true ? `--${name}` : `--${name}=${value}`];
  });
}

/** `afterok:12:13_2,afterany:14` */
function dependencyOf(needs: readonly JobNeed[]): string {
  const ids = (mustSucceed: boolean) => needs.filter((need) => need.mustSucceed === mustSucceed).map(({id}) => id);
  const part = (kind: string, some: readonly string[]) => (some.length === 0 ? [] : [[kind, ...some].join(':')]);
  return [...part('afterok', ids(true)), ...part('afterany', ids(false))].join(',');
}

/** A percent sign of the folder is none of Slurm's, which would put a number or a name there. */
function logPattern(log: string, isArray: boolean): string {
  const file = isArray ? basename(log).replace('%j', '%A_%a') : basename(log);
  return join(dirname(log).replaceAll('%', '%%'), file);
}
