import {constants, copyFile, link, lstat, mkdir, rename, rm, stat, utimes} from 'node:fs/promises';
import {dirname} from 'node:path';
import {nullForUserError, UserError} from '../../contract/errors.ts';
import {ProcessIdentity} from '../../contract/run/processIdentity.ts';
import {explainWriteError, temporaryBeside} from '../files/atomicFile.ts';
import {writeJsonAtomic} from '../files/jsonFile.ts';
import {readRegularFile} from '../files/regularFile.ts';
import {hashBytes} from '../files/sha256.ts';
import {isAlive, ownIdentity} from './processIdentity.ts';

/** The lock's file is touched that often, for onlookers on other machines that share the folder. */
const touchMilliseconds = 10_000;

/** What came of the attempt to take a lock. */
export type LockAttempt =
  | {readonly held: true; release(): Promise<void>}
  | {
      readonly held: false;
      /** Who has it; null where that cannot be told. */
      readonly holder: ProcessIdentity | null;
    };

/**
 * Takes the lock file `path` for this process, or says who holds it. One of several that try at once gets it. The lock of a process that
 * is gone is taken over, whatever the clock says meanwhile. Throws a UserError where the disk or its permissions allow no lock.
 */
export async function takeLock(path: string): Promise<LockAttempt> {
  const blocker = await takeOrBlocker(path).catch((error: unknown) => {
    throw explainWriteError(path, error);
  });
  if (blocker !== null) return {held: false, holder: blocker.holder};
  const touching = setInterval(() => void touch(path), touchMilliseconds).unref();
  const release = () => {
    clearInterval(touching);
    return rm(path, {force: true});
  };
  return {held: true, release};
}

async function takeOrBlocker(path: string): Promise<LockContent | null> {
  await mkdir(dirname(path), {recursive: true});
  const own = temporaryBeside(path);
  await writeJsonAtomic(own, await ownIdentity());
  try {
    return await acquire(path, own);
  } finally {
    await rm(own, {force: true});
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined); // Gone with its folder, or the disk does not answer: the next touch may succeed.
}

/** The process that holds a lock right now; null when none does, or where that cannot be told. */
export async function lockHolder(path: string): Promise<ProcessIdentity | null> {
  const found = await readLock(path).catch(nullForUserError);
  return found?.holder && (await isAlive(found.holder, await ageOf(path))) ? found.holder : null;
}

interface LockContent {
  readonly text: string;
  /** Null for a damaged file. */
  readonly holder: ProcessIdentity | null;
}

/** Makes `path` a link to the file `own`; returns what stands in the way, null on success. */
async function acquire(path: string, own: string): Promise<LockContent | null> {
  for (;;) {
    if (await tryLink(own, path)) return null;
    const found = await readLock(path);
    if (found === null) {
      await requireNoLink(path);
      continue; // It was released between the two looks.
    }
    const age = await ageOf(path);
    if (found.holder ? await isAlive(found.holder, age) : age < youngSeconds) return found;
    const blocker = await replaceStale(path, own, found);
    if (blocker !== 'changed') return blocker;
  }
}

/**
 * Takes over the lock of a process that has ended. Removing it and making a new one would be two steps, between which a slower process
 * might remove the new one. So the right to replace this very content is a lock by itself, and moving it into place gives it up.
 */
async function replaceStale(path: string, own: string, stale: LockContent): Promise<LockContent | null | 'changed'> {
  const right = `${path}.${hashBytes(stale.text).slice(0, 16)}`;
  const blocker = await acquire(right, own);
  if (blocker !== null) return blocker;
  if ((await readLock(path))?.text === stale.text) {
    await rename(right, path);
    return null;
  }
  await rm(right, {force: true});
  return 'changed';
}

/** A symbolic link that leads nowhere can neither be read nor be linked over, so it would be tried again for ever. */
async function requireNoLink(path: string): Promise<void> {
  const isLink = await lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
  if (!isLink) return;
  throw new UserError('lock-odd', 'In place of the lock there is a link that leads nowhere.', {
    where: path,
    hint: 'Remove it.',
  });
}

/** A link appears whole and only where nothing is; some file systems have none, and copy instead. */
async function tryLink(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path).catch((error: unknown) => {
      if (codeOf(error) === 'EEXIST') throw error;
      return copyFile(own, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return isSameFile(own, path);
    throw error;
  }
}

/** A network disk whose answer was lost is asked once more, and finds the link that it has made itself. */
async function isSameFile(own: string, path: string): Promise<boolean> {
  const [one, other] = await Promise.all([lstat(own), lstat(path).catch(() => null)]);
  return one.ino === other?.ino && one.dev === other.dev;
}

/** Bytes; an identity has some hundred. */
const longestLock = 65_536;

async function readLock(path: string): Promise<LockContent | null> {
  try {
    const text = (await readRegularFile(path, longestLock, 'the lock')).toString('utf8');
    return {text, holder: parseHolder(text)};
  } catch (error) {
    if (error instanceof UserError && error.code === 'file-missing') return null;
    throw error;
  }
}

function parseHolder(text: string): ProcessIdentity | null {
  try {
    return ProcessIdentity.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // Not even JSON: a copy that is being made, or that a crash cut off.
  }
}

/** What cannot be read may be a copy in the making, for so long. */
const youngSeconds = 5;

/** Seconds since a file was touched, before or after now; Infinity for one that is gone. */
async function ageOf(path: string): Promise<number> {
  const stats = await stat(path).catch(() => null);
  return stats === null ? Infinity : Math.abs(Date.now() - stats.mtimeMs) / 1000;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
