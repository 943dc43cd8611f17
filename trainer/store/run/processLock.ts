import {constants, copyFile, link, lstat, open, rename, rm, stat} from 'node:fs/promises';
import {dirname} from 'node:path';
import {nullForUserError, UserError} from '../../contract/errors.ts';
import {ProcessIdentity} from '../../contract/run/processIdentity.ts';
import {explainWriteError, temporaryBeside, writeFileAtomic} from '../files/atomicFile.ts';
import {readRegularFile} from '../files/regularFile.ts';
import {hashBytes} from '../hashes/sha256.ts';
import {isAlive, isLaterLife, ownIdentity} from './processIdentity.ts';
import {makeFolders} from '../files/makeFolders.ts';

/** The lock's file is touched that often, for onlookers on other machines that share the folder. */
const touchMilliseconds = 10_000;

/** A lock that this process has taken. */
export interface HeldLock {
  readonly held: true;
  /** The process that had it before and may still believe so, for a moment: its job was given up by the scheduler. */
  readonly seizedFrom: ProcessIdentity | null;
  /** Gives it up, if it is still this process's own. */
  release(): Promise<void>;
  /** Whether it still is: another process may have taken it that took this one for gone. What is written afterwards would spoil its work. */
  isHeld(): Promise<boolean>;
  /** Calls back once where it is found to be lost, within ten seconds. */
  onLost(act: () => void): void;
}

/** What came of the attempt to take a lock. */
export type LockAttempt =
  | HeldLock
  | {
      readonly held: false;
      /** Who has it; null where that cannot be told. */
      readonly holder: ProcessIdentity | null;
    };

/**
 * Takes the lock file `path` for this process, or says who holds it. One of several that try at once gets it. The lock of a process that
 * is gone is taken over, whatever the clock says meanwhile, and so is that of an earlier life of the same job of a scheduler. Throws a
 * UserError where the disk or its permissions allow no lock.
 */
export async function takeLock(path: string): Promise<LockAttempt> {
  const identity = await ownIdentity();
  const outcome = await takeOrBlocker(path, identity).catch((error: unknown) => {
    throw explainWriteError(path, error);
  });
  if (outcome.blocker !== null) return {held: false, holder: outcome.blocker.holder};
  return heldLock(path, textOf(identity), outcome.seizedFrom);
}

function heldLock(path: string, text: string, seizedFrom: ProcessIdentity | null): HeldLock {
  let isLost = false;
  const acts: (() => void)[] = [];
  const lose = () => {
    clearInterval(touching);
    if (isLost) return;
    isLost = true;
    acts.forEach((act) => act());
  };
  const touching = setInterval(() => {
    void touch(path, text).then((isOurs) => (isOurs ? undefined : lose()));
  }, touchMilliseconds).unref();
  const isHeld = async () => {
    // What cannot be read now says nothing. A lock that is gone went with its folder, which others notice.
    const found = await readLock(path).catch(() => null);
    if (found !== null && found.text !== text) lose();
    return !isLost;
  };
  return {
    held: true,
    seizedFrom,
    isHeld,
    onLost: (act) => void acts.push(act),
    async release() {
      clearInterval(touching);
      if (await isHeld()) await rm(path, {force: true});
    },
  };
}

/** How `writeJsonAtomic` writes an identity. */
function textOf(identity: ProcessIdentity): string {
  return `${JSON.stringify(identity, null, 2)}\n`;
}

interface Outcome {
  /** What stands in the way; null on success. */
  readonly blocker: LockContent | null;
  readonly seizedFrom: ProcessIdentity | null;
}

async function takeOrBlocker(path: string, identity: ProcessIdentity): Promise<Outcome> {
  makeFolders(dirname(path));
  const own = temporaryBeside(path);
  await writeFileAtomic(own, textOf(identity));
  try {
    return await acquire(path, own, identity);
  } finally {
    await rm(own, {force: true});
  }
}

/**
 * Shows onlookers on other machines that the process lives; false where the lock has another content by now. It is read and written through
 * one descriptor, so that nobody's lock is written but the own one, and the time is that of the disk, not of this machine's clock.
 */
async function touch(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, 'r+');
    try {
      if ((await file.readFile('utf8')) !== text) return false;
      await file.write(text, 0);
      return true;
    } finally {
      await file.close();
    }
  } catch {
    return true; // Gone with its folder, or the disk does not answer: the next touch may succeed.
  }
}

/** The process that holds a lock right now; null when none does, or where that cannot be told. */
export async function lockHolder(path: string): Promise<ProcessIdentity | null> {
  const found = await readLock(path).catch(nullForUserError);
  return found?.holder && (await isAlive(found.holder, () => ageOf(path))) ? found.holder : null;
}

interface LockContent {
  readonly text: string;
  /** Null for a damaged file. */
  readonly holder: ProcessIdentity | null;
}

/** Makes `path` a link to the file `own`. */
async function acquire(path: string, own: string, identity: ProcessIdentity): Promise<Outcome> {
  for (;;) {
    if (await tryLink(own, path)) return taken;
    const found = await readLock(path);
    if (found === null) {
      await requireNoLink(path);
      continue; // It was released between the two looks.
    }
    const {holder} = found;
    const isUsed = holder ? await isAlive(holder, () => ageOf(path)) : (await ageOf(path)) < youngSeconds;
    const isSeized = isUsed && holder !== null && isLaterLife(identity, holder);
    if (isUsed && !isSeized) return {blocker: found, seizedFrom: null};
    const outcome = await replaceStale(path, own, identity, found);
    if (outcome !== 'changed') return isSeized && outcome.blocker === null ? {...outcome, seizedFrom: holder} : outcome;
  }
}

const taken: Outcome = {blocker: null, seizedFrom: null};

/**
 * Takes over the lock of a process that has ended. Removing it and making a new one would be two steps, between which a slower process
 * might remove the new one. So the right to replace this very content is a lock by itself, and moving it into place gives it up.
 */
async function replaceStale(
  path: string,
  own: string,
  identity: ProcessIdentity,
  stale: LockContent,
): Promise<Outcome | 'changed'> {
  const right = `${path}.${hashBytes(stale.text).slice(0, 16)}`;
  const outcome = await acquire(right, own, identity);
  if (outcome.blocker !== null) return outcome;
  if ((await readLock(path))?.text === stale.text) {
    await rename(right, path);
    return taken;
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

/** Seconds since a file was touched; Infinity for one that is gone. Both times are those of the disk, whatever the clocks of machines say. */
async function ageOf(path: string): Promise<number> {
  const [stats, now] = [await stat(path).catch(() => null), await diskTime(path)];
  return stats === null ? Infinity : Math.max(0, now - stats.mtimeMs) / 1000;
}

/** Milliseconds since the epoch as the disk of a file counts them: the time of a file that is just written beside it. */
async function diskTime(path: string): Promise<number> {
  const probe = temporaryBeside(path);
  try {
    const file = await open(probe, 'wx');
    try {
      await file.write('?');
      return (await file.stat()).mtimeMs;
    } finally {
      await file.close();
    }
  } catch {
    return Date.now(); // Only readers of the folder come here: they take nothing over.
  } finally {
    await rm(probe, {force: true}).catch(() => undefined);
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
