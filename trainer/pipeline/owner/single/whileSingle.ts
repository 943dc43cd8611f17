import {setTimeout as wait} from 'node:timers/promises';
import {lockHolder, takeLock, type HeldLock} from '../../../store/run/processLock.ts';
import {runPaths} from '../../../store/run/runPaths.ts';
import type {PlannedStage} from '../../graph/stagePlan.ts';
import {runBusy} from '../startRun.ts';

/** Milliseconds for a process whose lock was taken, as its node was given up, to notice that and to end. */
const fencePatience = 12_000;

/** Works while no other process owns the run or these stages of it. Who loses a lock meanwhile ends at once: its work is somebody else's. */
export async function whileSingle<T>(
  run: string,
  stages: readonly PlannedStage[],
  work: (locks: readonly HeldLock[]) => Promise<T>,
): Promise<T> {
  const locks: HeldLock[] = [];
  try {
    for (const {name} of stages) {
      const lock = await takeLock(runPaths.singleLock(run, name));
      if (!lock.held) throw runBusy(run, lock.holder);
      locks.push(lock);
    }
    // An owner looks for single stages once it has its lock, so that one of the two sees the other.
    const owner = await lockHolder(runPaths.ownerLock(run));
    if (owner !== null) throw runBusy(run, owner);
    if (locks.some(({seizedFrom}) => seizedFrom !== null)) await wait(fencePatience);
    return await work(locks);
  } finally {
    await Promise.all(locks.map((lock) => lock.release()));
  }
}
