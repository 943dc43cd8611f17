import {mkdir, rename, rm} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {UserError} from '../contract/errors.ts';
import {findCudaLibraries} from './cudaLibraries.ts';
import {libraryFiles} from './fetchLibrary.ts';
import {lastWords, runCommand} from './runCommand.ts';

const require = createRequire(import.meta.url);

/**
 * Compiles the addon of tfjs-node against TensorFlow's C library: two files and about ten seconds, so that neither node-gyp nor the
 * package's own installer (which fetches a TensorFlow of 2022) is needed.
 *
 * @param library holds `tensorflow/`; the addon finds it relative to itself, so that no LD_LIBRARY_PATH is needed
 * @param addon path of the addon to write, two folders below the parent of `library`
 */
export async function buildAddon(library: string, addon: string): Promise<void> {
  const compiler = await findCompiler();
  const partial = `${addon}.partial`;
  await rm(partial, {force: true});
  await mkdir(dirname(addon), {recursive: true});
  const result = await runCommand(compiler, compilerParameters(library, await findCudaLibraries(library), partial));
  if (result?.code !== 0) {
    const said = result ? lastWords(result, 12) : `${compiler} is gone`;
    throw new UserError(
      'addon-build-failed',
      `${compiler} could not build the addon of the TensorFlow engine: ${said}`,
      {
        where: library,
        hint: 'The folder must hold the libraries and the include folder of TensorFlow 2.21; or use the engine wasm.',
      },
    );
  }
  await rename(partial, addon);
}

/** Version of the package that the addon is built from. */
export function addonSourceVersion(): string {
  const {version} = require('@tensorflow/tfjs-node-gpu/package.json') as {version: string};
  return version;
}

async function findCompiler(): Promise<string> {
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

function compilerParameters(library: string, cuda: readonly string[], output: string): string[] {
  const tensorflow = join(library, 'tensorflow');
  const source = dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
  const nodeHeaders = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  const includes = [source, join(tensorflow, 'include'), nodeHeaders];
  const folders = new Set(['tensorflow', ...cuda.map((file) => dirname(file))]);
  return [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8'],
    ...includes.flatMap((folder) => ['-isystem', folder]),
    ...[join(source, 'binding', 'tfjs_backend.cc'), join(source, 'binding', 'tfjs_binding.cc')],
    // The addon calls nothing of NVIDIA's libraries itself, which is why the linker would leave them out.
    ...['-Wl,--no-as-needed', ...cuda.map((file) => join(library, file))],
    ...libraryFiles.map((file) => join(tensorflow, file)),
    ...[...folders].map((folder) => `-Wl,-rpath,$ORIGIN/../library/${folder}`),
    ...['-o', output],
  ];
}
