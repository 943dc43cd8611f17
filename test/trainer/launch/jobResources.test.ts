import {availableParallelism} from 'node:os';
import {expect, it} from 'vitest';
import {jobMemory, ownCores} from '../../../trainer/launch/jobResources.ts';

it('takes cores and memory of a job from the job, not from its node', () => {
  const job = {SLURM_JOB_ID: '1', SLURM_CPUS_ON_NODE: '8'};
  expect(ownCores({...job, SLURM_CPUS_PER_TASK: '4'})).toBe(4);
  expect(ownCores(job)).toBe(8);
  expect(ownCores({SLURM_CPUS_PER_TASK: '400'})).toBe(availableParallelism());
  expect(jobMemory({...job, SLURM_MEM_PER_NODE: '2000'})).toBe(2000 * 2 ** 20);
  expect(jobMemory({...job, SLURM_MEM_PER_CPU: '500'})).toBe(4000 * 2 ** 20);
  // 0: all of the node.
  expect(jobMemory({...job, SLURM_MEM_PER_NODE: '0'})).toBe(Infinity);
  expect(jobMemory({SLURM_MEM_PER_NODE: '2000'})).toBe(Infinity);
});
