import {basename, join} from 'node:path';
import {namesIn} from '../../store/files/namesIn.ts';
import {lockHolder} from '../../store/run/processLock.ts';
import {runPaths} from '../../store/run/runPaths.ts';

/** A stage process that goes on although the owner of its run is gone. */
export interface Orphan {
  readonly stage: string;
  readonly pid: number;
}

const ending = '.lock';

/** The stage processes that the owner of a run has left behind; none while somebody owns the run. */
export async function findOrphans(run: string): Promise<Orphan[]> {
  const folder = runPaths.stageLocks(run);
  if ((await lockHolder(runPaths.ownerLock(run))) !== null) return [];
  const orphans: Orphan[] = [];
  for (const name of (await namesIn(folder)).filter((file) => file.endsWith(ending)).sort()) {
    const holder = await lockHolder(join(folder, name));
    if (holder) orphans.push({stage: basename(name, ending), pid: holder.pid});
  }
  return orphans;
}
