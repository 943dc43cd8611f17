import {existsSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';

/** NVIDIA's libraries that TensorFlow opens by name once it runs. */
const names = [
  'cudart',
  'cublas',
  'cublasLt',
  'cufft',
  'curand',
  'cusolver',
  'cusparse',
  'cudnn',
  'nccl',
  'cupti',
  'nvJitLink',
  'nvrtc',
  'nvrtc-builtins',
];

/** Absolute folders of NVIDIA's libraries, for those that open one another by name. */
export async function cudaFolders(library: string): Promise<string[]> {
  return [...new Set((await findCudaLibraries(library)).map((file) => join(library, dirname(file))))];
}

/**
 * Paths, relative to `library`, of NVIDIA's libraries in `nvidia/<package>/lib`, as their wheels lay them out. The addon is linked
 * to them, so that they are in the process before TensorFlow asks for them and LD_LIBRARY_PATH need not name a dozen folders.
 */
export async function findCudaLibraries(library: string): Promise<string[]> {
  const root = join(library, 'nvidia');
  if (!existsSync(root)) return [];
  const found: string[] = [];
  for (const name of (await readdir(root)).sort()) {
    const folder = join('nvidia', name, 'lib');
    if (!existsSync(join(library, folder))) continue;
    for (const file of await readdir(join(library, folder))) {
      const match = /^lib([\w-]+)\.so(?:\.\d+)+$/.exec(file);
      if (match?.[1] !== undefined && names.includes(match[1])) found.push(join(folder, file));
    }
  }
  return found;
}
