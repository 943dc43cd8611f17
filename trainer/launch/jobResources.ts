import {availableParallelism} from 'node:os';

/**
 * Cores that this process may use: in a job of Slurm those that it asked for, since not every cluster keeps a job off the others; else those
 * of the machine or container.
 */
export function ownCores(environment: NodeJS.ProcessEnv = process.env): number {
  const {SLURM_JOB_ID, SLURM_CPUS_PER_TASK, SLURM_CPUS_ON_NODE} = environment;
  const asked = SLURM_JOB_ID ? (count(SLURM_CPUS_PER_TASK) ?? count(SLURM_CPUS_ON_NODE)) : undefined;
  return asked ?? availableParallelism();
}

const mebibyte = 2 ** 20;

/** Bytes that a job of Slurm may take on its node; Infinity where it does not say, and outside of jobs. */
export function jobMemory(environment: NodeJS.ProcessEnv = process.env): number {
  const {SLURM_JOB_ID, SLURM_MEM_PER_NODE, SLURM_MEM_PER_CPU, SLURM_CPUS_ON_NODE} = environment;
  if (!SLURM_JOB_ID) return Infinity;
  const node = count(SLURM_MEM_PER_NODE);
  if (node !== undefined) return node * mebibyte;
  const [each, cores] = [count(SLURM_MEM_PER_CPU), count(SLURM_CPUS_ON_NODE)];
  return each === undefined || cores === undefined ? Infinity : each * cores * mebibyte;
}

/** A number from 1; 0 means all of it to Slurm. */
function count(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}
