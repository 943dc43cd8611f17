import {rename} from 'node:fs/promises';
import {join} from 'node:path';
import {LibraryRecord, type FileRecord} from '../../../contract/engine/engineRecord.ts';
import {UserError} from '../../../contract/errors.ts';
import {writeJsonAtomic} from '../../../store/files/jsonFile.ts';
import type {freeBytes} from '../../../store/files/freeSpace.ts';
import {megabytes, requireSpace} from './diskSpace.ts';
import {emptyFolder, removeFolder} from './emptyFolder.ts';
import type {FetchedWheel} from './fetchWheel.ts';
import type {ReportProgress} from './installProgress.ts';
import type {TensorflowFolder} from './tensorflowFolder.ts';
import {unpackedBytes, unpackWheel, withWheel} from './wheelFile.ts';

/** TensorFlow's C library in a wheel. */
const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** The headers that the addon includes; the rest of 290 MB is not kept. */
const headerFolders = ['tensorflow/c', 'tensorflow/core/platform', 'tsl/platform', 'xla/tsl/c'];

/**
 * Unpacks what the addon needs of the wheels, checked against the hashes that they list. It goes into a folder beside, which gets the
 * record of its files and then its name.
 */
export async function unpackLibrary(
  wheels: readonly FetchedWheel[],
  {library, root}: TensorflowFolder,
  onProgress: ReportProgress,
  free?: typeof freeBytes,
): Promise<LibraryRecord> {
  const partial = `${library}.partial`;
  await emptyFolder(partial);
  const sizes = await Promise.all(wheels.map(({path}) => withWheel(path, (wheel) => unpackedBytes(wheel, isNeeded))));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  await requireSpace(root, total, free);
  onProgress({
    stage: 'unpack',
    message: `Unpacking ${megabytes(total)} and checking them against the hashes of the wheels.`,
  });
  let done = 0;
  const onBytes = (bytes: number): void => {
    done += bytes;
    const message = `Unpacking: ${megabytes(done)} of ${megabytes(total)}`;
    onProgress({stage: 'unpack', message, bytes: {done, total}});
  };
  const files: FileRecord[] = [];
  for (const wheel of wheels)
    files.push(...(await withWheel(wheel.path, (open) => unpackWheel(open, partial, isNeeded, onBytes))));
  requireLibraries(files, wheels);
  const record = LibraryRecord.parse({libraries, files, wheels: wheels.map((wheel) => wheel.record.wheel)});
  await writeJsonAtomic(join(partial, 'library.json'), record);
  await removeFolder(library);
  await rename(partial, library);
  return record;
}

function isNeeded(name: string): boolean {
  if (name.startsWith('nvidia/')) return !/\/include\/|\.a$|\.py$/.test(name);
  if (libraries.some((file) => name === `tensorflow/${file}`)) return true;
  return headerFolders.some((folder) => name.startsWith(`tensorflow/include/${folder}/`));
}

function requireLibraries(files: readonly FileRecord[], wheels: readonly FetchedWheel[]): void {
  const needed = [...libraries, 'include/tensorflow/c/c_api.h'];
  const missing = needed.find((name) => !files.some(({path}) => path === `tensorflow/${name}`));
  if (missing === undefined) return;
  throw new UserError('wheel-damaged', `The wheel of TensorFlow has no tensorflow/${missing}.`, {
    where: wheels[0]?.path,
    hint: 'Give the folder of another TensorFlow with --from, or use the engine wasm.',
  });
}
