import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {fileExists} from '../files/fileExists.ts';
import {firstBytes} from '../files/regularFile.ts';

/** Bytes; a commit has 40. */
const longestRef = 100;

/**
 * The folder of the files where `path` is that of a repository in the cache of the Hugging Face hub (`models--owner--name`, with
 * `snapshots/<commit>` and the commit of each branch in `refs`): the snapshot of `main`, else the only one. Any other path as it is.
 */
export async function snapshotFolder(path: string): Promise<string> {
  const snapshots = join(path, 'snapshots');
  if (!(await fileExists(snapshots))) return path;
  const commits = (await readdir(snapshots)).filter((name) => !name.startsWith('.'));
  const main = ((await firstBytes(join(path, 'refs', 'main'), longestRef)) ?? '').toString().trim();
  const chosen = commits.includes(main) ? main : commits.length === 1 ? commits[0] : undefined;
  if (chosen !== undefined) return join(snapshots, chosen);
  const problem =
    commits.length === 0 ? 'no snapshot' : `${commits.length} snapshots, and none of them is that of main`;
  throw new UserError('model-missing', `This folder of a hub cache holds ${problem}.`, {
    where: path,
    hint:
      commits.length === 0 ? 'Download the model again.' : `Name one of them: ${join(snapshots, commits[0] ?? '')}.`,
  });
}
