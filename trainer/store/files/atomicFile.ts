import {randomBytes} from 'node:crypto';
import {open, rename, rm, type FileHandle} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {failures, systemCode} from './fileError.ts';

const diskFullCode = 'disk-full';

/** Writes a whole file so that readers, and a crash at any moment, see either the old file or the new one. */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  await writeAtomic(path, (file) => file.writeFile(data));
}

/**
 * Like `writeFileAtomic`, for content that is produced piece by piece: `write` fills the open file (temporary, in the same folder),
 * which is then flushed and renamed. A failure removes it and leaves an older file at `path` as it was.
 */
export async function writeAtomic<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const target = resolve(path); // Behind a link, the system takes `..` for another folder than the name beside it would be in.
  const temporary = temporaryBeside(target);
  try {
    const result = await writeAndSync(temporary, write);
    await rename(temporary, target);
    await syncFolder(dirname(target));
    return result;
  } catch (error) {
    await rm(temporary, {force: true});
    throw explainWriteError(path, error);
  }
}

/** A name in the same folder, hence on the same file system, that nobody else uses. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
}

/** Makes a rename inside the folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // Windows cannot open folders; NTFS journals the rename itself.
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether an error says that the disk, or the user's quota of it, has no room left. */
export function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === diskFullCode;
}

/** A `UserError` where the user can do something about a failed write, else the error itself. */
export function explainWriteError(path: string, error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error) || !('code' in error)) return error;
  const detail = {where: path, cause: error};
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new UserError(diskFullCode, 'The disk is full.', {...detail, hint: 'Free some space and start again.'});
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new UserError('write-refused', 'There is no permission to write here.', detail);
    case 'ENOENT':
    case 'ENOTDIR':
      return new UserError('folder-missing', 'The folder of this file does not exist.', detail);
    case 'EISDIR':
      return new UserError('write-refused', 'A folder lies here, where a file would be written.', detail);
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return new UserError('write-refused', `The system does not accept this path (${error.code}).`, detail);
    default: {
      const code = systemCode(error) ?? '';
      const reason = failures[code];
      if (reason === undefined) return error;
      return new UserError('write-failed', `Cannot write here: ${reason} (${code}).`, detail);
    }
  }
}

async function writeAndSync<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(path, 'wx');
  try {
    const result = await write(handle);
    await handle.sync();
    return result;
  } finally {
    await handle.close();
  }
}
