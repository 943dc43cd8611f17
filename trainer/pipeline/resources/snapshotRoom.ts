import type {DemeConfig} from '../../contract/config/config.ts';
import {snapshotUpdates} from '../../contract/config/snapshots/snapshots.ts';
import {runExperts} from '../../contract/run/pipeline.ts';
import {countParameters, createDenoiser} from '../../models/architectures.ts';
import {byteText} from '../../store/files/freeSpace.ts';
import type {TrainingNeeds} from './memoryEstimate.ts';

/** What the snapshots of the experts take on the disk, for telling before anything is started. */
export interface SnapshotRoom {
  /** After which updates, newest first. */
  readonly updates: readonly number[];
  /** Of all experts together; null where the network is not known. */
  readonly bytes: number | null;
}

/** Null for a config whose experts leave none. */
export function snapshotRoom(config: DemeConfig, needs: TrainingNeeds | null): SnapshotRoom | null {
  const updates = config.decouple ? snapshotUpdates(config.decouple) : [];
  if (updates.length === 0) return null;
  return {updates, bytes: needs && 4 * parametersOf(needs) * updates.length * runExperts(config)};
}

/** `snapshots: of each expert after the updates 300, 200; 120 MB on the disk` */
export function snapshotLine({updates, bytes}: SnapshotRoom): string {
  const room = bytes === null ? '' : `; ${byteText(bytes)} on the disk`;
  return `snapshots: of each expert after the updates ${updates.join(', ')}${room}`;
}

function parametersOf({unetConfig, projections}: TrainingNeeds): number {
  const count = countParameters(createDenoiser(unetConfig));
  return count.stock + (projections ? count.projections : 0);
}
