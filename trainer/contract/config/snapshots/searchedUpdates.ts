import type {MergeConfig} from '../merge/mergeConfig.ts';
import {snapshotUpdates, type SnapshotsConfig} from './snapshots.ts';

/** The sections of a config that say which checkpoints a search has weights for. */
interface Sections {
  readonly decouple?: {readonly updates: number; readonly snapshots?: SnapshotsConfig | undefined} | undefined;
  readonly merge?: MergeConfig | undefined;
}

/** Updates of the checkpoints of each expert whose weights are searched, the final one first; none where they are not. */
export function searchedUpdates({decouple, merge}: Sections): number[] {
  const checkpoints = merge?.search?.checkpoints;
  if (checkpoints === undefined || decouple === undefined) return [];
  return [decouple.updates, ...snapshotUpdates(decouple)].slice(0, checkpoints.last);
}

/** Why a search cannot have weights for as many checkpoints as it asks for; null where it can. */
export function checkpointsProblem({decouple, merge}: Sections): string | null {
  const checkpoints = merge?.search?.checkpoints;
  if (checkpoints === undefined) return null;
  if (decouple === undefined) return 'is for experts that are trained here: those that are given have no snapshots';
  const there = snapshotUpdates(decouple).length;
  if (checkpoints.last <= there + 1) return null;
  const left = there === 0 ? 'no snapshot' : there === 1 ? 'one snapshot' : `${there} snapshots`;
  return `each expert leaves ${left} besides its final weights; decouple.snapshots says how many`;
}
