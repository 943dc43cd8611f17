import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {vi} from 'vitest';
import {writeWheel} from './fakeWheel.ts';

/** What the fake programs shall do in place of succeeding. */
export interface FakeBehaviour {
  pip?: 'missing' | 'old' | 'offline' | 'killed-halfway' | 'no-library' | 'wrong-hash' | 'damaged' | 'full-disk';
  /** The requirement that pip fails with; left out: all. */
  pipFailsAt?: string;
  compiler?: 'missing' | 'error' | 'killed-halfway' | 'full-disk';
  /** Names of the Python commands that there are. */
  pythons?: readonly string[];
  /** What `nvidia-smi -L` prints; left out: there is no such program. */
  gpus?: string;
}

export interface FakeTools {
  cache: string;
  /** Puts the programs of this behaviour on the PATH, alone. */
  behave(behaviour: FakeBehaviour): Promise<void>;
  /** What pip was asked for, one entry per call, with the name of its Python in front where that is not python3. */
  downloads(): Promise<string[]>;
}

/** A PATH with a `python3` and a `g++` that write small stand-ins, and a cache of its own. Undone by `vi.unstubAllEnvs()`. */
export async function fakeTools(folder: string): Promise<FakeTools> {
  const [cache, log] = [join(folder, 'cache'), join(folder, 'downloads.log')];
  await writeFile(log, '');
  vi.stubEnv('DEME_CACHE', cache);
  vi.stubEnv('CXX', '');
  vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
  await writeWheels(folder);
  let generation = 0;
  const behave = async (behaviour: FakeBehaviour): Promise<void> => {
    const {pip = 'well', pipFailsAt = '', compiler: compile = 'well', pythons = ['python3'], gpus} = behaviour;
    const programs = join(folder, `bin${generation++}`);
    await mkdir(programs, {recursive: true});
    for (const name of pythons) {
      await writeProgram(join(programs, name), python, {log, index: folder, mode: pip, failsAt: pipFailsAt, name});
    }
    if (compile !== 'missing') await writeProgram(join(programs, 'g++'), compiler, {mode: compile});
    if (gpus !== undefined) await writeProgram(join(programs, 'nvidia-smi'), `echo '${gpus}'\n`, {});
    vi.stubEnv('PATH', programs);
  };
  await behave({});
  return {cache, behave, downloads: async () => (await readFile(log, 'utf8')).split('\n').filter(Boolean)};
}

/** What the fake index has: `<behaviour>/<package>` with a wheel each. */
async function writeWheels(index: string): Promise<void> {
  const main = {
    'tensorflow/libtensorflow_cc.so.2': 'cc'.repeat(1000),
    'tensorflow/libtensorflow_framework.so.2': 'framework',
    'tensorflow/include/tensorflow/c/c_api.h': 'header',
    'tensorflow/include/Eigen/Core': 'not needed',
    'tensorflow/python/ops.py': 'not needed',
  };
  const {'tensorflow/libtensorflow_framework.so.2': _, ...withoutLibrary} = main;
  const metadata = [
    'Requires-Dist: numpy>=1.26.0',
    'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
    "Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75 ; extra == 'and-cuda'",
    'Requires-Dist: other; extra == "gcs"',
  ].join('\n');
  const write = async (behaviour: string, name: string, files: Record<string, string>, options = {}): Promise<void> => {
    const folder = join(index, 'index', behaviour, name);
    await mkdir(folder, {recursive: true});
    await writeWheel(folder, `${name.replaceAll('-', '_')}-2.21.0-py3-none-any`, files, options);
  };
  for (const name of ['tensorflow', 'tensorflow-cpu']) {
    await write('well', name, main, {metadata});
    await write('no-library', name, withoutLibrary, {metadata});
    await write('damaged', name, main, {metadata, wrongHash: true});
  }
  await write('well', 'nvidia-cublas-cu12', {
    'nvidia/cublas/lib/libcublas.so.12': 'cublas',
    'nvidia/cublas/lib/libnvblas.so.12': 'takes over the BLAS of the process when it is loaded',
    'nvidia/cublas/include/cublas.h': 'not needed',
  });
  await write('well', 'nvidia-cudnn-cu12', {'nvidia/cudnn/lib/libcudnn.so.9': 'cudnn'});
}

async function writeProgram(path: string, body: string, settings: Record<string, string>): Promise<void> {
  const variables = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`);
  await writeFile(path, `#!/bin/sh\n${variables.join('')}${body}`);
  await chmod(path, 0o755);
}

// Shell scripts, which start faster than anything else. They name their programs by path, because the PATH leads nowhere.
const python = `
fail() { echo "$1" >&2; exit 1; }
[ "$1" = -3 ] && shift
[ "$mode" = missing ] && fail 'No module named pip'
if [ "$3" = --version ]; then
  [ "$mode" = old ] && echo 'pip 19.3.1 from somewhere' || echo 'pip 23.2.1 from somewhere'
  exit 0
fi
while [ "$1" != --dest ]; do shift; done
target=$2
requirement=$3
[ "$name" = python3 ] && echo "$requirement" >> "$log" || echo "$name: $requirement" >> "$log"
package=\${requirement%%[<=>]*}
case $package in $failsAt*) ;; *) mode=well ;; esac
wheels="$index/index/well/$package"
case $mode in
offline) fail 'ERROR: Could not find a version that satisfies the requirement' ;;
wrong-hash) fail 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.' ;;
full-disk) fail 'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device' ;;
killed-halfway) echo half > "$target/half.whl"; kill -KILL $$ ;;
no-library | damaged) wheels="$index/index/$mode/$package" ;;
esac
echo "  Downloading $package.whl (274.0 MB)"
/bin/cp "$wheels"/*.whl "$target"
`;

const compiler = `
[ "$1" = --version ] && exit 0
for parameter; do text="$text$parameter
"; output=$parameter; done
if [ "$mode" = error ]; then
  echo 'c_api.h:1: error: something is wrong' >&2
  exit 1
elif [ "$mode" = full-disk ]; then
  echo half > "$output"
  echo '/usr/bin/ld: final link failed: No space left on device' >&2
  exit 1
elif [ "$mode" = killed-halfway ]; then
  echo half > "$output"
  kill -KILL $$
fi
echo "$text" > "$output"
`;
