import {readdir, rm} from 'node:fs/promises';
import {basename, join, resolve} from 'node:path';
import {EngineRecord, type LibraryRecord, type TensorflowVariant} from '../../../contract/engine/engineRecord.ts';
import {writeJsonAtomic} from '../../../store/files/jsonFile.ts';
import {hashFile} from '../../../store/hashes/sha256.ts';
import {addonSourceVersion, buildAddon, findCompiler} from './buildAddon.ts';
import type {freeBytes} from '../../../store/files/freeSpace.ts';
import {removeFolder} from './emptyFolder.ts';
import {fetchLibrary} from './fetchLibrary.ts';
import type {InstalledTensorflow} from './installedTensorflow.ts';
import type {ReportProgress} from './installProgress.ts';
import {libraryFault, readLibraryRecord} from './libraryFiles.ts';
import {linkLibrary, type UserTensorflow} from './linkLibrary.ts';
import type {probeAddon} from './probeAddon.ts';
import type {TensorflowFolder} from './tensorflowFolder.ts';

export interface InstallSteps {
  folder: TensorflowFolder;
  variant: TensorflowVariant;
  /** The TensorFlow of the user's folder `from`; null: it is downloaded. */
  given: UserTensorflow | null;
  from: string | undefined;
  python: string | undefined;
  onProgress: ReportProgress;
  probe: typeof probeAddon;
  free: typeof freeBytes;
}

/**
 * Brings whatever an interrupted installation left behind to its end: wheels, library, addon, first load, record. A failure leaves what
 * is complete, for the next attempt, and nothing else on a disk that may be full.
 */
export async function completeInstall(steps: InstallSteps): Promise<InstalledTensorflow> {
  const {folder} = steps;
  // Before hundreds of megabytes are fetched.
  const compiler = await findCompiler();
  await rm(folder.record, {force: true});
  await removePartial(folder);
  try {
    const library = await completeLibrary(steps);
    await removeFolder(folder.wheels);
    const record = await completeAddon(steps, compiler, library);
    return {record, library, folder};
  } catch (error) {
    await removePartial(folder);
    throw error;
  }
}

/** The library of an interrupted installation, when all its hashes are right, or a new one. */
async function completeLibrary({
  folder,
  variant,
  given,
  python,
  onProgress,
  free,
}: InstallSteps): Promise<LibraryRecord> {
  if (given) {
    onProgress({stage: 'check', message: 'Hashing the libraries of the given TensorFlow.'});
    return linkLibrary(given, folder);
  }
  const present = await readLibraryRecord(folder);
  // One without wheels is a link to a folder of the user's.
  if (present && present.wheels.length > 0) {
    onProgress({stage: 'check', message: 'Checking the libraries that are here from before.'});
    if ((await libraryFault(folder, present, {hashes: true})) === null) return present;
  }
  return fetchLibrary({variant, folder, python, onProgress, free});
}

/** Builds the addon, loads it, and writes the record that says that all is there. */
async function completeAddon(
  {folder, variant, from, onProgress, probe}: InstallSteps,
  compiler: string,
  {libraries}: LibraryRecord,
): Promise<EngineRecord> {
  onProgress({stage: 'build', message: `Building the addon with ${compiler}.`});
  await buildAddon({compiler, library: folder.library, libraries, addon: folder.addon});
  onProgress({stage: 'load', message: 'Loading TensorFlow for the first time.'});
  const {version, gpu} = await probe(folder.addon);
  const record = EngineRecord.parse({
    engine: 'tensorflow',
    version,
    variant,
    source: addonSourceVersion(),
    addon: await hashFile(folder.addon),
    from: from && resolve(from),
  });
  await writeJsonAtomic(folder.record, record);
  const lost = variant === 'cuda' && !gpu ? ' It found NO USABLE GPU here and would compute on the CPU.' : '';
  onProgress({stage: 'done', message: `TensorFlow ${version} (${variant}) is installed in ${folder.root}.${lost}`});
  return record;
}

async function removePartial({root, wheels, record}: TensorflowFolder): Promise<void> {
  for (const folder of [root, wheels]) {
    const names = await readdir(folder).catch(() => []); // Not made yet.
    const isPartial = (name: string): boolean => name.endsWith('.partial') || name.startsWith(`.${basename(record)}.`);
    for (const name of names.filter(isPartial)) await removeFolder(join(folder, name));
  }
}
