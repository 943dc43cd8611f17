import * as z from 'zod';

/** Weights that the training of an expert keeps on its way, each as a model of its own. */
export const SnapshotsConfig = z.strictObject({
  every: z.int().min(1).describe('Updates between two snapshots.'),
  keep: z
    .int()
    .min(1)
    .default(4)
    .describe('Newest snapshots that are kept, besides the final expert; each takes the room of a model.'),
});
export type SnapshotsConfig = z.infer<typeof SnapshotsConfig>;

/** What decides which snapshots a training leaves. */
interface Snapped {
  readonly updates: number;
  readonly snapshots?: SnapshotsConfig | undefined;
}

/** Updates after which a training leaves a snapshot, newest first. The weights after the last update are the model itself. */
export function snapshotUpdates({updates, snapshots}: Snapped): number[] {
  if (snapshots === undefined) return [];
  const {every, keep} = snapshots;
  const count = Math.ceil(updates / every) - 1;
  return Array.from({length: Math.min(keep, count)}, (_, i) => (count - i) * every);
}
