import {readdir} from 'node:fs/promises';
import {basename} from 'node:path';
import {EngineRecord, type LibraryRecord} from '../../../contract/engine/engineRecord.ts';
import {UserError} from '../../../contract/errors.ts';
import {cacheFolder} from '../../../store/files/cacheFolder.ts';
import {fileExists} from '../../../store/files/fileExists.ts';
import {hashFile} from '../../../store/hashes/sha256.ts';
import {addonSourceVersion} from './buildAddon.ts';
import {installBusy, lockHolder} from './installLock.ts';
import {libraryFault, readLibraryRecord} from './libraryFiles.ts';
import {readRecord} from './readRecord.ts';
import {tensorflowFolder, type TensorflowFolder} from './tensorflowFolder.ts';

export interface InstalledTensorflow {
  record: EngineRecord;
  library: LibraryRecord;
  folder: TensorflowFolder;
}

/** What there is of TensorFlow in the cache. `broken` says what to do about an installation that is not usable. */
export type TensorflowState =
  {state: 'installed'; installed: InstalledTensorflow} | {state: 'absent'} | {state: 'broken'; error: UserError};

/**
 * The TensorFlow that a run would use: the CUDA one before the CPU one. A CUDA one that was complete and is damaged does not give way to
 * the other, which would be a silent change of the device; one that was never completed does.
 */
export async function tensorflowState(cache: string = cacheFolder().path): Promise<TensorflowState> {
  let answer: TensorflowState = {state: 'absent'};
  for (const variant of ['cuda', 'cpu'] as const) {
    const found = await folderState(tensorflowFolder(variant, cache));
    if (found.state === 'installed') return found;
    if (found.state === 'broken' && !unfinishedCodes.includes(found.error.code)) return found;
    if (answer.state === 'absent') answer = found;
  }
  return answer;
}

/** The TensorFlow that a run would use; null when there is none that is complete. */
export async function findInstalled(cache?: string): Promise<InstalledTensorflow | null> {
  const found = await tensorflowState(cache);
  return found.state === 'installed' ? found.installed : null;
}

/** The TensorFlow that a run uses; a `UserError` that says whether it is absent, half-finished or damaged. */
export async function requireInstalled(): Promise<InstalledTensorflow> {
  const found = await tensorflowState();
  if (found.state === 'installed') return found.installed;
  if (found.state === 'broken') throw found.error;
  throw new UserError('engine-missing', 'The engine tensorflow is not installed.', {
    hint: 'Run `deme engine install tensorflow`, or set the engine to wasm or auto.',
  });
}

const unfinishedCodes = ['engine-incomplete', 'install-busy'];

async function folderState(folder: TensorflowFolder): Promise<TensorflowState> {
  const holder = await lockHolder(folder);
  return holder === null ? contentState(folder) : {state: 'broken', error: installBusy(folder.root, holder)};
}

/** State of one build. Sizes of the files are compared, and the hash of the addon; `hashes` compares all hashes, which takes seconds. */
export async function contentState(folder: TensorflowFolder, {hashes = false} = {}): Promise<TensorflowState> {
  if (!(await hasBegun(folder))) return {state: 'absent'};
  const broken = (code: string, message: string): TensorflowState => ({
    state: 'broken',
    error: new UserError(code, message, {where: folder.root, hint: installAgain}),
  });
  const record = await readRecord(folder.record, EngineRecord);
  if (!record) return broken('engine-incomplete', 'The installation of TensorFlow was interrupted before its end.');
  const library = await readLibraryRecord(folder);
  if (!library || record.source !== addonSourceVersion())
    return broken('engine-outdated', 'TensorFlow was installed by another version of this program.');
  const fault = await libraryFault(folder, library, {hashes});
  if (fault)
    return broken('tensorflow-library-missing', `TensorFlow was installed, but ${fault.path} is ${fault.fault}.`);
  if (!(await fileExists(folder.addon)) || (await hashFile(folder.addon)) !== record.addon)
    return broken(
      'tensorflow-addon-missing',
      `TensorFlow was installed, but its addon ${basename(folder.addon)} is gone or changed.`,
    );
  return {state: 'installed', installed: {record, library, folder}};
}

const installAgain =
  'Run `deme engine install tensorflow` again, which goes on with what is complete, or set the engine to wasm.';

/** Whether there is anything besides the lock, written or half-written. */
async function hasBegun({root, lock}: TensorflowFolder): Promise<boolean> {
  if (!(await fileExists(root))) return false;
  return (await readdir(root)).some((name) => !name.includes(basename(lock)));
}
