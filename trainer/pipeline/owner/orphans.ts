import {basename, join} from 'node:path';
import type {ProcessIdentity} from '../../contract/run/processIdentity.ts';
import {namesIn} from '../../store/files/namesIn.ts';
import {lockHolder} from '../../store/run/processLock.ts';
import {runPaths} from '../../store/run/runPaths.ts';

/** A stage process that still runs although the owner of its run has ended. */
export interface Orphan {
  readonly stage: string;
  readonly pid: number;
}

/** A stage that a process runs by itself, without an owner of the run. */
export interface SingleStage {
  readonly stage: string;
  readonly holder: ProcessIdentity;
}

/** The stage processes that the owner of a run has left behind; none while the run has an owner. */
export async function findOrphans(run: string): Promise<Orphan[]> {
  if ((await lockHolder(runPaths.ownerLock(run))) !== null) return [];
  const single = new Set((await findSingleStages(run)).map(({stage}) => stage));
  const locked = await lockedStages(runPaths.stageLocks(run));
  return locked.filter(({stage}) => !single.has(stage)).map(({stage, holder}) => ({stage, pid: holder.pid}));
}

/** The stages of a run that `deme stage` runs right now. */
export function findSingleStages(run: string): Promise<SingleStage[]> {
  return lockedStages(runPaths.stages(run));
}

const ending = '.lock';

async function lockedStages(folder: string): Promise<SingleStage[]> {
  const locked: SingleStage[] = [];
  for (const name of (await namesIn(folder)).filter((file) => file.endsWith(ending)).sort()) {
    const holder = await lockHolder(join(folder, name));
    if (holder) locked.push({stage: basename(name, ending), holder});
  }
  return locked;
}
