import type {LauncherName} from '../contract/config/launchConfig.ts';
import type {Launcher} from './launcher.ts';
import {localLauncher} from './localLauncher.ts';
import type {Scheduler} from './scheduler.ts';
import {slurmScheduler} from './slurm/slurmScheduler.ts';

/** The schedulers that carry a run out as jobs, without an owner. Another one is another row. */
export const schedulers: Readonly<Record<Exclude<LauncherName, 'local'>, Scheduler>> = {slurm: slurmScheduler};

/** The ways to start the owner of a run, by name. */
export const launchers = {
  /** A detached process on this machine. */
  local: localLauncher,
} satisfies Record<string, Launcher>;
