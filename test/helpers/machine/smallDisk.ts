import {spawnSync} from 'node:child_process';
import {mkdtempSync, realpathSync, rmSync} from 'node:fs';
import {open, rm, statfs} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';

/** Whether this user may mount a file system in memory. */
export const mountsSmallDisks = canMount();

/** A file system of that many bytes, which goes away when the running test ends. */
export function smallDisk(bytes: number): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'deme-disk-')));
  if (!mount(folder, bytes)) throw new Error('no file system can be mounted here');
  onTestFinished(() => unmount(folder));
  return folder;
}

/** Fills the disk of a folder to its last byte; the function returned makes room again. */
export async function fillDisk(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'ballast');
  const file = await open(path, 'w');
  try {
    for (let size = 2 ** 20; size > 0; size = size >> 1) await writeUntilFull(file, Buffer.alloc(size, 1));
  } finally {
    await file.close();
  }
  if ((await statfs(folder)).bavail > 0) throw new Error('the disk is not full');
  return () => rm(path);
}

async function writeUntilFull(file: Awaited<ReturnType<typeof open>>, bytes: Buffer): Promise<void> {
  for (;;) {
    try {
      const {bytesWritten} = await file.write(bytes);
      if (bytesWritten < bytes.length) return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'deme-disk-'));
  const isMounted = mount(folder, 2 ** 20);
  if (isMounted) unmount(folder);
  else rmSync(folder, {recursive: true});
  return isMounted;
}

function mount(folder: string, bytes: number): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]).status === 0;
}

/** Lazily, since a test that failed may still have files open there. */
function unmount(folder: string): void {
  spawnSync('umount', ['--lazy', folder]);
  rmSync(folder, {recursive: true, force: true});
}
