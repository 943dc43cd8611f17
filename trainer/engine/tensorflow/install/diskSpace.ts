import {UserError} from '../../../contract/errors.ts';
import {gigabytes} from '../../../contract/gigabytes.ts';
import {freeBytes} from '../../../store/files/freeSpace.ts';

/** Refuses to begin what will not fit: a `UserError` with what it needs, what there is, and where. */
export async function requireSpace(folder: string, needs: number, free = freeBytes): Promise<void> {
  const there = await free(folder);
  if (there >= needs) return;
  throw new UserError(
    'disk-space',
    `TensorFlow needs ${gigabytes(needs)} for its download and its libraries, and the disk has ${gigabytes(there)} free.`,
    {where: folder, hint: 'Free some space, or set DEME_CACHE to a folder on a larger disk.'},
  );
}

/** The disk filled up during the work, perhaps by somebody else. */
export function diskFull(folder: string, doing: string, cause?: unknown): UserError {
  return new UserError('disk-full', `The disk became full while ${doing}.`, {
    where: folder,
    hint: 'Free some space, or set DEME_CACHE to a folder on a larger disk, and install again: it goes on with what is complete.',
    cause,
  });
}

/** `274 MB` */
export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
