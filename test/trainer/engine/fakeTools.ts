import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {vi} from 'vitest';

/** What the fake programs shall do in place of succeeding. */
export interface FakeBehaviour {
  pip?: 'missing' | 'offline' | 'killed-halfway' | 'no-library';
  compiler?: 'missing' | 'error';
}

export interface FakeTools {
  cache: string;
  /** Puts the programs of this behaviour on the PATH, alone. */
  behave(behaviour: FakeBehaviour): Promise<void>;
  /** What pip was asked to install, one entry per call. */
  downloads(): Promise<string[]>;
}

/** A PATH with a `python3` and a `g++` that write small stand-ins, and a cache of its own. Undone by `vi.unstubAllEnvs()`. */
export async function fakeTools(folder: string): Promise<FakeTools> {
  const [cache, log] = [join(folder, 'cache'), join(folder, 'downloads.log')];
  await writeFile(log, '');
  vi.stubEnv('DEME_CACHE', cache);
  vi.stubEnv('CXX', '');
  let generation = 0;
  const behave = async (behaviour: FakeBehaviour): Promise<void> => {
    const programs = join(folder, `bin${generation++}`);
    await mkdir(programs, {recursive: true});
    await writeProgram(join(programs, 'python3'), python, {log, mode: behaviour.pip ?? 'well'});
    if (behaviour.compiler !== 'missing')
      await writeProgram(join(programs, 'g++'), compiler, {mode: behaviour.compiler ?? 'well'});
    vi.stubEnv('PATH', programs);
  };
  await behave({});
  return {cache, behave, downloads: async () => (await readFile(log, 'utf8')).split('\n').filter(Boolean)};
}

async function writeProgram(path: string, body: string, settings: Record<string, string>): Promise<void> {
  const variables = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`);
  await writeFile(path, `#!/bin/sh\n${variables.join('')}${body}`);
  await chmod(path, 0o755);
}

// Shell scripts, which start faster than anything else. They use /bin/mkdir only, because the PATH leads nowhere.
const python = `
fail() { echo "$1" >&2; exit 1; }
put() { /bin/mkdir -p "$target/\${1%/*}"; echo "$2" > "$target/$1"; }
[ "$mode" = missing ] && fail 'No module named pip'
[ "$3" = --version ] && exit 0
while [ "$1" != --target ]; do shift; done
target=$2
shift 2
echo "$*" >> "$log"
[ "$mode" = offline ] && fail 'ERROR: Could not find a version that satisfies the requirement'
case $1 in
tensorflow*)
  put tensorflow/libtensorflow_cc.so.2 cc
  [ "$mode" = killed-halfway ] && kill -KILL $$
  [ "$mode" = no-library ] || put tensorflow/libtensorflow_framework.so.2 framework
  put tensorflow/include/tensorflow/c/c_api.h header
  put tensorflow/include/Eigen/Core 'not needed'
  put tensorflow/python/ops.py 'not needed'
  put tensorflow-2.21.0.dist-info/METADATA "Requires-Dist: numpy>=1.26.0
Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == \\"and-cuda\\"
Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75 ; extra == 'and-cuda'
Requires-Dist: other; extra == \\"gcs\\"" ;;
*)
  put nvidia/cublas/lib/libcublas.so.12 cublas
  put nvidia/cublas/lib/libnvblas.so.12 'takes over the BLAS of the process when it is loaded' ;;
esac
echo "Successfully installed $*"
`;

const compiler = `
[ "$1" = --version ] && exit 0
if [ "$mode" = error ]; then
  echo 'c_api.h:1: error: something is wrong' >&2
  exit 1
fi
for parameter; do text="$text$parameter
"; output=$parameter; done
echo "$text" > "$output"
`;
