import {mkdir, readdir, rename, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {WheelRecord} from '../../../contract/engine/engineRecord.ts';
import {UserError} from '../../../contract/errors.ts';
import {syncFolder} from '../../../store/files/atomicFile.ts';
import {fileExists} from '../../../store/files/fileExists.ts';
import {writeJsonAtomic} from '../../../store/files/jsonFile.ts';
import {hashFile} from '../../../store/hashes/sha256.ts';
import {megabytes} from './diskSpace.ts';
import {emptyFolder, removeFolder} from './emptyFolder.ts';
import type {ReportProgress} from './installProgress.ts';
import {pipDownload, type PythonCommand} from './pip.ts';
import {readRecord} from './readRecord.ts';

export interface FetchWheel {
  /** Finds the Python when it is needed, which is not the case for a wheel that is there. */
  python: () => Promise<PythonCommand>;
  requirement: string;
  /** Folder of this wheel alone: it appears when the wheel is complete. */
  folder: string;
  onProgress: ReportProgress;
}

export interface FetchedWheel {
  path: string;
  record: WheelRecord;
}

const recordName = 'wheel.json';

/** A wheel in a folder of its own. One that is there from an interrupted installation, and has its hash, is not fetched again. */
export async function fetchWheel({python, requirement, folder, onProgress}: FetchWheel): Promise<FetchedWheel> {
  const present = await readIntact(folder, requirement);
  if (present) {
    onProgress({stage: 'download', message: `${present.record.wheel.path} is here from before.`});
    return present;
  }
  const partial = `${folder}.partial`;
  await removeFolder(folder);
  await emptyFolder(join(partial, 'temporary'));
  const target = join(partial, 'wheel');
  await mkdir(target, {recursive: true});
  onProgress({stage: 'download', message: `Downloading ${requirement} by pip.`});
  await pipDownload({
    python: await python(),
    requirement,
    target,
    temporary: join(partial, 'temporary'),
    onBytes: (done, total) => onProgress(bytesProgress(requirement, done, total)),
  });
  const record = await describeWheel(target, requirement);
  await writeJsonAtomic(join(target, recordName), record);
  await rename(target, folder);
  await removeFolder(partial);
  return {path: join(folder, record.wheel.path), record};
}

async function readIntact(folder: string, requirement: string): Promise<FetchedWheel | null> {
  const record = await readRecord(join(folder, recordName), WheelRecord);
  if (record?.requirement !== requirement) return null;
  const path = join(folder, record.wheel.path);
  if (!(await fileExists(path))) return null;
  return (await hashFile(path)) === record.wheel.sha256 ? {path, record} : null;
}

async function describeWheel(folder: string, requirement: string): Promise<WheelRecord> {
  const [name, ...others] = (await readdir(folder)).filter((file) => file.endsWith('.whl'));
  if (name === undefined || others.length > 0) {
    throw new UserError('pip-failed', `pip says that it has fetched ${requirement}, but there is not one wheel.`, {
      where: folder,
      hint: 'Install again; if that does not help, update pip.',
    });
  }
  const path = join(folder, name);
  await syncFolder(folder);
  const wheel = {path: name, size: (await stat(path)).size, sha256: await hashFile(path)};
  return WheelRecord.parse({requirement, wheel});
}

function bytesProgress(requirement: string, done: number, total: number | undefined) {
  const share = total === undefined ? megabytes(done) : `${megabytes(done)} of ${megabytes(total)}`;
  return {stage: 'download', message: `Downloading ${requirement}: ${share}`, bytes: {done, total}} as const;
}
