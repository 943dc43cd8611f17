import type {Launcher} from './launcher.ts';
import {localLauncher} from './localLauncher.ts';

/** The ways to start the owner of a run, by name. Another one, such as a batch scheduler, is another row. */
export const launchers = {
  /** A detached process on this machine. */
  local: localLauncher,
} satisfies Record<string, Launcher>;
