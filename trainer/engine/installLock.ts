import {constants, copyFile, link, rm} from 'node:fs/promises';
import {InstallLock} from '../contract/engineRecord.ts';
import {UserError} from '../contract/errors.ts';
import {temporaryBeside} from '../store/atomicFile.ts';
import {writeJsonAtomic} from '../store/jsonFile.ts';
import {isAlive, ownIdentity} from '../store/processIdentity.ts';
import {readRecord} from './readRecord.ts';
import type {TensorflowFolder} from './tensorflowFolder.ts';

/** Works while no other process installs into the same folder. The lock of a process that is gone is taken over. */
export async function withInstallLock<T>({root, lock}: TensorflowFolder, work: () => Promise<T>): Promise<T> {
  const identity = await ownIdentity();
  const own = temporaryBeside(lock);
  await writeJsonAtomic(own, identity);
  try {
    if (!(await tryLink(own, lock))) {
      const holder = await lockHolder({lock});
      if (holder !== null) throw installBusy(root, holder);
      await rm(lock, {force: true});
      if (!(await tryLink(own, lock))) throw installBusy(root, null);
    }
  } finally {
    await rm(own, {force: true});
  }
  try {
    return await work();
  } finally {
    await rm(lock, {force: true});
  }
}

/** The number of the process that installs right now; null when none does. */
export async function lockHolder({lock}: Pick<TensorflowFolder, 'lock'>): Promise<number | null> {
  const holder = await readRecord(lock, InstallLock);
  return holder && (await isAlive(holder)) ? holder.pid : null;
}

/** A link appears whole and only where nothing is; some file systems have none, and copy instead. */
async function tryLink(own: string, lock: string): Promise<boolean> {
  try {
    await link(own, lock).catch((error: unknown) => {
      if (codeOf(error) === 'EEXIST') throw error;
      return copyFile(own, lock, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** Two installations into one folder would disturb each other, and an engine in the making cannot be used. */
export function installBusy(where: string, pid: number | null): UserError {
  const who = pid === null ? 'Another process' : `Process ${pid}`;
  return new UserError('install-busy', `${who} is installing TensorFlow right now.`, {
    where,
    hint: 'Wait for its end.',
  });
}
