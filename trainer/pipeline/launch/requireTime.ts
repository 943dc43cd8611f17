import type {JobOptions, LaunchConfig} from '../../contract/config/launchConfig.ts';
import {UserError} from '../../contract/errors.ts';
import {slurmSeconds, slurmTimeText} from '../../contract/launch/slurmTime.ts';
import type {PlannedStage} from '../graph/stagePlan.ts';
import {jobKindOf} from './jobGroups.ts';

/** Seconds that a job must have for its work before its signal comes: a minute, to which Slurm rounds up. */
const shortest = 60;

/**
 * Throws a UserError where jobs for these stages would get the signal before their time limit as good as at their start: they would write a
 * checkpoint, go back into the queue, and so on until `requeues` is spent. Slurm refuses what is no time itself.
 */
export function requireTime(
  {options, stages: others, signal}: Pick<LaunchConfig, 'options' | 'stages' | 'signal'>,
  stages: readonly Pick<PlannedStage, 'stage'>[],
  environment: NodeJS.ProcessEnv = process.env,
): void {
  const lead = Number(signal.split('@')[1] ?? 0);
  for (const kind of new Set(stages.map(jobKindOf))) {
    const all: JobOptions = {...options, ...others[kind]};
    const own = (name: string) => (others[kind]?.[name] === undefined ? 'launch.options' : `launch.stages.${kind}`);
    // Slurm may lower the limit to that.
    const limits = ['time', 'time-min'].map((name) => ({setting: `${own(name)}.${name}`, value: all[name] ?? null}));
    const fromProfile = {setting: 'SBATCH_TIMELIMIT', value: environment.SBATCH_TIMELIMIT ?? null};
    const isGiven = (all.time ?? null) !== null;
    for (const {setting, value} of isGiven ? limits : [...limits, fromProfile]) {
      const seconds = typeof value === 'string' || typeof value === 'number' ? slurmSeconds(String(value)) : null;
      if (seconds === null || 60 * Math.ceil(seconds / 60) >= lead + shortest) continue;
      throw new UserError(
        'time-too-short',
        `${setting} is ${value}: the jobs of ${kind} would be told to stop (launch.signal: ${signal}) before they have worked for a minute, again and again.`,
        {
          hint: `Give at least ${slurmTimeText(60 * Math.ceil((lead + shortest) / 60))}, better some hours, or fewer seconds to launch.signal.`,
        },
      );
    }
  }
}
