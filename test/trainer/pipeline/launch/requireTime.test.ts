import {describe, expect, it} from 'vitest';
import {LaunchConfig} from '../../../../trainer/contract/config/launchConfig.ts';
import {requireTime} from '../../../../trainer/pipeline/launch/requireTime.ts';

const [training, merging] = [{stage: {kind: 'expert', index: 0} as const}, {stage: {kind: 'merge'} as const}];

type Stages = Parameters<typeof requireTime>[1];

const checked = (launch: object, stages: Stages = [training], environment = {}) =>
  expect(() => requireTime(LaunchConfig.parse(launch), stages, environment));

describe('the time limit of jobs', () => {
  it.each([
    // The signal comes 180 s before the end.
    [{options: {time: 3}}, 'launch.options.time is 3'],
    [{options: {time: '00:03:00'}}, 'launch.options.time'],
    [{options: {time: '2-0', 'time-min': '2'}}, 'launch.options.time-min is 2'],
    [{options: {time: '0-1'}, signal: 'USR2@3600'}, 'Give at least 01:01:00'],
    [{options: {time: 60}, stages: {train: {time: 2}}}, 'launch.stages.train.time is 2: the jobs of train'],
  ])('%j leaves no time to work', (launch, said) => {
    let line = '';
    try {
      requireTime(LaunchConfig.parse(launch), [training], {});
    } catch (error) {
      line = (error as {line: string}).line;
    }
    expect(line).toContain(said);
  });

  it.each([
    [{options: {time: '00:03:01'}}, [training]],
    [{options: {time: '1-0'}}, [training]],
    [{options: {}}, [training]],
    [{options: {time: 'tomorrow'}}, [training]],
    [{options: {time: 60}, stages: {train: {time: 2}}}, [merging]],
    [{options: {time: 2}, stages: {merge: {time: null}}}, [merging]],
    [{options: {time: 2}, signal: 'USR2@30'}, [training]],
  ] as const)('%j is enough, or for Slurm to judge', (launch, stages) => {
    checked(launch, stages).not.toThrow();
  });

  it('may come from the profile of the user', () => {
    checked({}, [training], {SBATCH_TIMELIMIT: '2'}).toThrow('SBATCH_TIMELIMIT is 2');
    checked({options: {time: 60}}, [training], {SBATCH_TIMELIMIT: '2'}).not.toThrow();
  });
});
