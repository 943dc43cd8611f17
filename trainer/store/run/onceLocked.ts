import {setTimeout as wait} from 'node:timers/promises';
import {takeLock} from './processLock.ts';

const pollMilliseconds = 500;

/** Works while the lock file `path` is this process's, and waits for it as long as another has it. */
export async function onceLocked<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const lock = await takeLock(path);
    if (lock.held) return work().finally(() => lock.release());
    await wait(pollMilliseconds);
  }
}
