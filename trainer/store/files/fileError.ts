import {UserError} from '../../contract/errors.ts';

/** What the operating system says about a failed call, as in `ENOENT`; undefined for an error that does not come from it. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error ? (error as NodeJS.ErrnoException).code : undefined;
}

/**
 * A failed call of the operating system as a `UserError`: disks, permissions and links are for the user to mend, and one file that
 * cannot be read is never a bug of the program. Any other error is returned as it is.
 * @param what the file's meaning, as in "the run record"
 */
export function fileError(path: string, what: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
  const reason = failures[code];
  const text = reason === undefined ? code : `${reason} (${code})`;
  return new UserError(isMissing ? 'file-missing' : 'file-unreadable', `Cannot read ${what}: ${text}.`, {
    where: path,
    cause: error,
  });
}

/** What the codes of the operating system mean for somebody who wants to use a file. */
export const failures: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'it is in use',
  EIO: 'the disk reports an error',
  EISDIR: 'it is a folder',
  ELOOP: 'its links lead in a circle',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'it is not there',
  ENOTDIR: 'there is a file where a folder should be',
  ENOTEMPTY: 'it is a folder with something in it',
  EPERM: 'permission denied',
  ESTALE: 'it was replaced on the network disk in the meantime',
};
