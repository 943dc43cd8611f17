import {lstat, mkdir} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {RunRecord} from '../../contract/run/records.ts';
import {explainWriteError, syncFolder} from '../files/atomicFile.ts';
import {fileExists} from '../files/fileExists.ts';
import {readJsonIfThere, writeJsonAtomic} from '../files/jsonFile.ts';
import {namesIn} from '../files/namesIn.ts';
import {runPaths} from './runPaths.ts';
import {keepPlace} from '../files/makeFolders.ts';

/** A folder `<output>/<name>-<n>` with everything that a run makes and says. */
export interface RunFolder {
  readonly path: string;
  readonly record: RunRecord;
}

/** What a new run records; the folder gives the rest. */
export type NewRunRecord = Omit<RunRecord, 'format' | 'id' | 'name'>;

/** Makes the run folder with the next free number. Two processes that start at once get two folders. */
export async function createRun(output: string, name: string, record: NewRunRecord): Promise<RunFolder> {
  try {
    await mkdir(output, {recursive: true});
    const path = await makeNumbered(output, name);
    const full = RunRecord.parse({...record, format: 1, id: basename(path), name});
    await writeJsonAtomic(runPaths.record(path), full);
    await syncFolder(output);
    keepPlace(path);
    return {path, record: full};
  } catch (error) {
    throw explainWriteError(output, error);
  }
}

/** The run in that folder. */
export async function openRun(path: string): Promise<RunFolder> {
  const file = runPaths.record(path);
  const record = await readJsonIfThere(file, RunRecord, 'the run record');
  if (record === null)
    throw new UserError('run-missing', `This is not a run folder: it has no ${basename(file)}.`, {where: path});
  keepPlace(path);
  return {path, record};
}

/**
 * The runs in an output folder, oldest first; none if the folder does not exist. A run that cannot be read, for whatever reason, goes to
 * `onUnreadable` (left out: throws), so that one of them need not hide all others.
 */
export async function listRuns(
  output: string,
  onUnreadable: (error: UserError) => void = rethrow,
): Promise<RunFolder[]> {
  const runs: RunFolder[] = [];
  for (const path of await runFolders(output, onUnreadable)) {
    try {
      runs.push(await openRun(path));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onUnreadable(error);
    }
  }
  return runs.sort(
    (a, b) => Date.parse(a.record.created) - Date.parse(b.record.created) || runNumber(a) - runNumber(b),
  );
}

/**
 * Paths of the run folders in an output folder: of what has a run record, readable or not. What cannot even be looked into goes to
 * `onUnreadable`; folders without a record are none of ours, and neither is what is hidden.
 */
export async function runFolders(
  output: string,
  onUnreadable: (error: UserError, path: string) => void,
): Promise<string[]> {
  const names = (await namesIn(output)).filter((name) => !name.startsWith('.'));
  const looks = names.map(async (name) => {
    const path = join(output, name);
    try {
      return (await hasRecord(path)) ? [path] : [];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onUnreadable(error, path);
      return [];
    }
  });
  return (await Promise.all(looks)).flat();
}

/** Throws a UserError for a link that leads nowhere: what it was made for is missed. */
async function hasRecord(path: string): Promise<boolean> {
  const file = runPaths.record(path);
  if (await fileExists(file)) return true;
  for (const where of [path, file]) {
    const isLink = await lstat(where).then(
      (stats) => stats.isSymbolicLink(),
      () => false,
    );
    if (isLink && !(await fileExists(where))) throw new UserError('link-broken', 'This link leads nowhere.', {where});
  }
  return false;
}

async function makeNumbered(output: string, name: string): Promise<string> {
  const taken = (await namesIn(output)).map((entry) => numberAfter(entry, name));
  for (let n = Math.max(0, ...taken) + 1; ; n++) {
    const path = join(output, `${name}-${n}`);
    if (await makeExclusive(path)) return path;
  }
}

async function makeExclusive(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** n of `<name>-<n>`, 0 for anything else. */
function numberAfter(entry: string, name: string): number {
  const rest = entry.startsWith(`${name}-`) ? entry.slice(name.length + 1) : '';
  return /^[1-9]\d{0,8}$/.test(rest) ? Number(rest) : 0;
}

function runNumber({record}: RunFolder): number {
  return numberAfter(record.id, record.name);
}

function rethrow(error: UserError): never {
  throw error;
}
