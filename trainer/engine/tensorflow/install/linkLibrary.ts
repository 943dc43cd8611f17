import {existsSync, readFileSync} from 'node:fs';
import {mkdir, rename, symlink} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {LibraryRecord} from '../../../contract/engine/engineRecord.ts';
import {UserError} from '../../../contract/errors.ts';
import {writeJsonAtomic} from '../../../store/files/jsonFile.ts';
import {findCudaLibraries} from './cudaLibraries.ts';
import {emptyFolder, removeFolder} from './emptyFolder.ts';
import {describeFile} from './libraryFiles.ts';
import type {TensorflowFolder} from './tensorflowFolder.ts';

/** A TensorFlow that the user has already. */
export interface UserTensorflow {
  /** Absolute paths. */
  readonly libraries: readonly string[];
  readonly include: string;
  /** NVIDIA's libraries as their wheels lay them out, beside the package; null where there are none. */
  readonly nvidia: string | null;
  /** Whether it was built with CUDA; null when it does not say. */
  readonly cuda: boolean | null;
}

/** `libtensorflow_cc` in Python's package, `libtensorflow` in the archive for C. */
const mainLibraries = ['libtensorflow_cc.so.2', 'libtensorflow.so.2'];
const framework = 'libtensorflow_framework.so.2';
const header = join('tensorflow', 'c', 'c_api.h');

/**
 * Finds TensorFlow in a folder: the package `tensorflow` of Python, a site-packages with it, or the unpacked archive of the library
 * for C (`include` and `lib`). Throws a UserError that names what is missing.
 */
export function findTensorflow(from: string): UserTensorflow {
  const source = resolve(from);
  const packages = [source, join(source, 'tensorflow')];
  const folders = packages.flatMap((folder) => [
    {libraries: folder, folder},
    {libraries: join(folder, 'lib'), folder},
  ]);
  for (const {libraries, folder} of folders) {
    const main = mainLibraries.find((name) => existsSync(join(libraries, name)));
    if (main === undefined) continue;
    if (!existsSync(join(libraries, framework))) throw missing(source, framework);
    if (!existsSync(join(folder, 'include', header))) throw missing(source, join('include', header));
    const nvidia = join(dirname(folder), 'nvidia');
    return {
      libraries: [main, framework].map((name) => join(libraries, name)),
      include: join(folder, 'include'),
      nvidia: existsSync(nvidia) ? nvidia : null,
      cuda: isCudaBuild(folder),
    };
  }
  throw missing(source, mainLibraries[0] ?? '');
}

/** Puts links to it where the addon looks for its libraries. The folder appears when it is complete. */
export async function linkLibrary(
  {libraries, include, nvidia}: UserTensorflow,
  {library}: TensorflowFolder,
): Promise<LibraryRecord> {
  const partial = `${library}.partial`;
  await emptyFolder(partial);
  await mkdir(join(partial, 'tensorflow'));
  for (const path of [...libraries, include]) await symlink(path, join(partial, 'tensorflow', basename(path)));
  if (nvidia !== null) await symlink(nvidia, join(partial, 'nvidia'), 'dir');
  const names = libraries.map((path) => basename(path));
  const paths = [...names.map((name) => join('tensorflow', name)), ...(await findCudaLibraries(partial))];
  const files = [];
  for (const path of paths) files.push(await describeFile(partial, path));
  const record = LibraryRecord.parse({libraries: names, files, wheels: []});
  await writeJsonAtomic(join(partial, 'library.json'), record);
  await removeFolder(library);
  await rename(partial, library);
  return record;
}

/** Python's package says how it was built. Read as text: nothing of the user's folder is run here. */
function isCudaBuild(folder: string): boolean | null {
  const path = join(folder, 'python', 'platform', 'build_info.py');
  if (!existsSync(path)) return null;
  const value = /'is_cuda_build', (True|False)/.exec(readFileSync(path, 'utf8'))?.[1];
  return value === undefined ? null : value === 'True';
}

function missing(where: string, file: string): UserError {
  return new UserError('tensorflow-library-missing', `The folder has no ${file}.`, {
    where,
    hint: 'Give a site-packages with TensorFlow 2.21, the folder tensorflow in it, or an unpacked archive of TensorFlow for C (with include and lib).',
  });
}
