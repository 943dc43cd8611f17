import {rm} from 'node:fs/promises';
import {basename, join} from 'node:path';
import type {DecoupleConfig} from '../../contract/config/config.ts';
import {snapshotUpdates} from '../../contract/config/snapshots/snapshots.ts';
import type {Params} from '../../nn/params.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {namesIn} from '../../store/files/namesIn.ts';
import {writeWithRoom} from '../../store/files/writeWithRoom.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {elementCount} from '../../store/weights/tensorReader.ts';
import {newestIntact, removeBeyond} from '../../train/checkpointFolder.ts';
import type {TrainHooks} from '../../train/trainTask.ts';
import {note, type StageContext} from './stageContext.ts';

/** Writes the weights of a training as a model folder. */
export type WriteSnapshot = (path: string, params: Params, update: number) => Promise<void>;

/**
 * The hook by which the training of an expert keeps weights on its way; none where the config wants none. A training that would go on behind a
 * snapshot that is gone is set back to before it, so that what an expert leaves does not depend on what became of its files.
 */
export async function expertSnapshots(
  context: StageContext,
  expert: number,
  decouple: DecoupleConfig,
  write: WriteSnapshot,
): Promise<Pick<TrainHooks, 'snapshots'>> {
  const {snapshots} = decouple;
  if (snapshots === undefined) return {};
  await goBackToMissing(context, expert, decouple);
  const keep = async (params: Params, update: number) => {
    await context.watch.check();
    const path = runPaths.snapshot(context.run, {expert, update});
    const folder = runPaths.snapshots(context.run, expert);
    await context.watch.makeFolder(folder);
    const written = await writeWithRoom(roomRequest(context, folder, params, update), () =>
      write(path, params, update),
    );
    if (written === null) return;
    // The newest up to this one: later ones were left by a training that was set back, and will be made again.
    const kept = snapshotUpdates({updates: update + 1, snapshots});
    const names = kept.map((each) => basename(runPaths.snapshot(context.run, {expert, update: each})));
    await removeOthers(folder, new Set(names));
  };
  return {snapshots: {every: snapshots.every, keep}};
}

function roomRequest({stage, emit, nextAction}: StageContext, folder: string, params: Params, update: number) {
  const say = (level: 'info' | 'warning', message: string) =>
    emit({type: 'log', stage, level, message, waiting: level === 'warning'});
  const bytes = 4 * [...params.values()].reduce((sum, {shape}) => sum + elementCount(shape), 0);
  return {folder, bytes, what: `the snapshot of update ${update}`, say, nextAction};
}

/** Removes all snapshots but these; what is being written has a name with a dot in front. */
async function removeOthers(folder: string, kept: ReadonlySet<string>): Promise<void> {
  const others = (await namesIn(folder)).filter((name) => !kept.has(name) && !name.startsWith('.'));
  for (const name of others) await rm(join(folder, name), {recursive: true, force: true});
}

async function goBackToMissing(context: StageContext, expert: number, decouple: DecoupleConfig): Promise<void> {
  const {run, stage} = context;
  const checkpoints = runPaths.checkpoints(run, stage);
  const reached = (await newestIntact(checkpoints)) ?? 0;
  const missing: number[] = [];
  for (const update of snapshotUpdates(decouple)) {
    // That of the update from which a training goes on is written again.
    if (update < reached && !(await fileExists(runPaths.snapshot(run, {expert, update})))) missing.push(update);
  }
  if (missing.length === 0) return;
  const first = Math.min(...missing);
  note(context)(`The snapshot of update ${first} is missing: the training goes back to before it.`);
  await removeBeyond(checkpoints, first);
}
