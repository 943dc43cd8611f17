import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {mkdir, open, rename, rm} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {UserError} from '../../../contract/errors.ts';
import {outputTail, ranOutOfSpace, runCommand, type CommandResult} from '../../../launch/runCommand.ts';
import {packageRoot} from '../../../packageRoot.ts';
import {syncFolder} from '../../../store/files/atomicFile.ts';
import {findCudaLibraries} from './cudaLibraries.ts';
import {diskFull} from './diskSpace.ts';

const require = createRequire(import.meta.url);

export interface BuildAddon {
  /** A C++ compiler, as `findCompiler` finds it. */
  compiler: string;
  /** Holds `tensorflow/`; the addon finds it relative to itself, so that no LD_LIBRARY_PATH is needed. */
  library: string;
  /** Names, in `tensorflow/`, of the libraries to link. */
  libraries: readonly string[];
  /** Path of the addon to write, two folders below the parent of `library`. */
  addon: string;
}

/**
 * Compiles the addon of tfjs-node against TensorFlow's C library: four files and about ten seconds, so that neither node-gyp nor the
 * package's own installer (which fetches a TensorFlow of 2022) is needed.
 */
export async function buildAddon({compiler, library, libraries, addon}: BuildAddon): Promise<void> {
  const partial = `${addon}.partial`;
  await mkdir(dirname(addon), {recursive: true});
  await rm(partial, {force: true});
  const cuda = await findCudaLibraries(library);
  const result = await runCommand(compiler, compilerParameters({library, libraries, cuda, output: partial}));
  if (result?.code !== 0) {
    await rm(partial, {force: true});
    throw failedBuild(compiler, library, result);
  }
  await syncFile(partial);
  await rename(partial, addon);
  await syncFolder(dirname(addon));
}

/** Sources of our own beside those of the package, and their headers. */
const ownSources = () => ownFiles('sessionOptions.cc', 'libraryPages.cc');
const ownHeaders = () => ownFiles('libraryPages.h');

function ownFiles(...names: string[]): string[] {
  return names.map((name) => join(packageRoot(), 'media', 'addon', name));
}

/** Version of the package that the addon is built from, and the beginning of the hash of what we add to it. */
export function addonSourceVersion(): string {
  const {version} = require('@tensorflow/tfjs-node-gpu/package.json') as {version: string};
  const hash = createHash('sha256');
  for (const file of [...ownSources(), ...ownHeaders()]) hash.update(readFileSync(file));
  return `${version}+${hash.digest('hex').slice(0, 8)}`;
}

/** The first C++ compiler of this machine. */
export async function findCompiler(): Promise<string> {
  const names = [process.env.CXX, 'g++', 'c++', 'clang++'];
  for (const name of names) {
    if (name && (await runCommand(name, ['--version']))?.code === 0) return name;
  }
  throw new UserError(
    'compiler-missing',
    'No C++ compiler was found, and the TensorFlow engine builds a small addon.',
    {
      hint: 'Install g++ or clang++ (Debian and Ubuntu: apt install g++; Fedora: dnf install gcc-c++), or use the engine wasm.',
    },
  );
}

interface AddonParts {
  library: string;
  libraries: readonly string[];
  /** Paths of NVIDIA's libraries, relative to `library`. */
  cuda: readonly string[];
  output: string;
}

function compilerParameters({library, libraries, cuda, output}: AddonParts): string[] {
  const tensorflow = join(library, 'tensorflow');
  const source = dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
  const nodeHeaders = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  const includes = [source, join(tensorflow, 'include'), nodeHeaders];
  const folders = new Set(['tensorflow', ...cuda.map((file) => dirname(file))]);
  return [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8', '-DTF_NewSessionOptions=demeSessionOptions'],
    ...includes.flatMap((folder) => ['-isystem', folder]),
    ...[join(source, 'binding', 'tfjs_backend.cc'), join(source, 'binding', 'tfjs_binding.cc'), ...ownSources()],
    // The addon calls nothing of NVIDIA's libraries itself, which is why the linker would leave them out.
    ...['-Wl,--no-as-needed', ...cuda.map((file) => join(library, file))],
    ...libraries.map((file) => join(tensorflow, file)),
    ...[...folders].map((folder) => `-Wl,-rpath,$ORIGIN/../library/${folder}`),
    ...['-o', output],
  ];
}

function failedBuild(compiler: string, library: string, result: CommandResult | null): UserError {
  if (result && ranOutOfSpace(result)) return diskFull(library, `${compiler} built the addon`);
  const said = (result && outputTail(result, 12)) || 'it was ended from outside';
  return new UserError(
    'addon-build-failed',
    `${compiler} could not build the addon of the TensorFlow engine: ${said}`,
    {
      where: library,
      hint: 'The folder must hold the libraries and the include folder of TensorFlow 2.21; or use the engine wasm.',
    },
  );
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
