import type {DemeConfig} from '../../config/config.ts';
import {searchedUpdates} from '../../config/snapshots/searchedUpdates.ts';
import {runExperts} from '../pipeline.ts';

/** The weights of an expert of a run after some of its updates. */
export interface ExpertSnapshot {
  readonly expert: number;
  readonly update: number;
}

/** Snapshots whose weights a run searches: those of all experts after the latest update, then those before, and so on. */
export function searchedSnapshots(config: DemeConfig): ExpertSnapshot[] {
  const [, ...updates] = searchedUpdates(config);
  const experts = Array.from({length: runExperts(config)}, (_, expert) => expert);
  return updates.flatMap((update) => experts.map((expert) => ({expert, update})));
}
