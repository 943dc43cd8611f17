import {mkdtemp, realpath, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';

/** A new empty folder that goes away when the running test ends. Call it inside a test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'deme-test-')));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  return folder;
}
