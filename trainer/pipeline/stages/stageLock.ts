import {setTimeout as wait} from 'node:timers/promises';
import type {NewRunEvent} from '../../contract/run/events.ts';
import type {ProcessIdentity} from '../../contract/run/processIdentity.ts';
import {killTree} from '../../launch/killTree.ts';
import {isHere} from '../../store/run/processIdentity.ts';
import {lockHolder, takeLock, type HeldLock} from '../../store/run/processLock.ts';
import {runPaths} from '../../store/run/runPaths.ts';

/** A checkpoint of a large model takes a while, after an update that may take one too. */
const graceMilliseconds = 180_000;
const pollMilliseconds = 200;

/** What a stage process needs to begin. */
export interface StageStart {
  readonly run: string;
  readonly stage: string;
  /** Milliseconds that a process of an owner that is gone has for its end. */
  readonly grace?: number;
  emit(event: NewRunEvent): void;
  nextAction(): Promise<'continue' | 'stop'>;
}

/**
 * Takes the lock of a stage. A process that an owner which is gone has left behind ends by itself
 * after a checkpoint, which is waited for; one that does not is killed. Null when a stop was asked meanwhile.
 */
export async function takeStageLock(start: StageStart): Promise<HeldLock | null> {
  const path = runPaths.stageLock(start.run, start.stage);
  for (;;) {
    const attempt = await takeLock(path);
    if (attempt.held) return attempt;
    if (attempt.holder === null) await wait(pollMilliseconds);
    else if ((await outlast(start, path, attempt.holder)) === 'stop') return null;
  }
}

/** Waits for the end of a process, and brings it about when the grace is over. */
async function outlast(start: StageStart, path: string, holder: ProcessIdentity): Promise<'ended' | 'stop'> {
  const {stage, grace = graceMilliseconds, emit, nextAction} = start;
  const say = (level: 'info' | 'warning', message: string) => emit({type: 'log', stage, level, message, waiting: true});
  say('info', `waits for process ${holder.pid}, left from before, to write its checkpoint and end.`);
  const deadline = performance.now() + grace;
  while ((await lockHolder(path))?.pid === holder.pid) {
    if ((await nextAction()) === 'stop') return 'stop';
    // The number of a process elsewhere is somebody else's here: it is waited for until it gives no more signs of life.
    if (performance.now() > deadline && isHere(holder)) {
      say('warning', `process ${holder.pid}, left from before, did not end within ${grace / 1000} s and was killed.`);
      await killTree(holder.pid);
      await ended(path, holder);
      return 'ended';
    }
    await wait(pollMilliseconds);
  }
  return 'ended';
}

/** A killed process is gone a moment later. */
async function ended(path: string, {pid}: ProcessIdentity): Promise<void> {
  while ((await lockHolder(path))?.pid === pid) await wait(pollMilliseconds);
}
