import {UserError} from '../../../contract/errors.ts';
import {lockHolder as holderOf, takeLock} from '../../../store/run/processLock.ts';
import type {TensorflowFolder} from './tensorflowFolder.ts';

/** Works while no other process installs into the same folder. The lock of a process that is gone is taken over. */
export async function withInstallLock<T>({root, lock}: TensorflowFolder, work: () => Promise<T>): Promise<T> {
  const attempt = await takeLock(lock);
  if (!attempt.held) throw installBusy(root, attempt.holder?.pid ?? null);
  try {
    return await work();
  } finally {
    await attempt.release();
  }
}

/** The number of the process that installs right now; null when none does. */
export async function lockHolder({lock}: Pick<TensorflowFolder, 'lock'>): Promise<number | null> {
  return (await holderOf(lock))?.pid ?? null;
}

/** Two installations into one folder would disturb each other, and an engine in the making cannot be used. */
export function installBusy(where: string, pid: number | null): UserError {
  const who = pid === null ? 'Another process' : `Process ${pid}`;
  return new UserError('install-busy', `${who} is installing TensorFlow right now.`, {
    where,
    hint: 'Wait for its end.',
  });
}
