import {describe, expect, it} from 'vitest';
import {LaunchConfig} from '../../../../trainer/contract/config/launchConfig.ts';

const accepts = (launch: object) => LaunchConfig.safeParse(launch).success;

describe('the launch section', () => {
  it('takes the options of sbatch as they are', () => {
    const options = {partition: 'gpu', gres: 'gpu:h100:1', time: '04:00:00', exclusive: true, nodes: 1};
    const launch = LaunchConfig.parse({options, stages: {merge: {gres: null}}, wrap: 'apptainer exec --nv a.sif'});
    expect(launch).toMatchObject({kind: 'slurm', options, signal: 'USR2@180', requeues: 20, pack: 1, setup: []});
  });

  it.each([
    'array',
    'arr',
    'depend',
    'out',
    'w',
    'dependency',
    'parsable',
    'signal',
    'wrap',
    'job-name',
    'output',
    'requeue',
    'P artition',
    '-p',
    'a=b',
    '',
  ])('refuses the option %j, which would break the jobs or is no option', (name) =>
    expect(accepts({options: {[name]: 'x'}})).toBe(false),
  );

  it('refuses lines that are several, and the signal by which Node starts its debugger', () => {
    expect(accepts({setup: ['a\nb']})).toBe(false);
    expect(accepts({options: {comment: 'a\nb'}})).toBe(false);
    expect(accepts({signal: 'USR1@60'})).toBe(false);
    expect(accepts({signal: 'USR2'})).toBe(false);
    expect(accepts({stages: {dance: {}}})).toBe(false);
  });
});
