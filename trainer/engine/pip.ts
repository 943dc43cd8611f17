import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {UserError} from '../contract/errors.ts';
import {lastWords, runCommand} from './runCommand.ts';

const pythonNames = ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.9'];

/** The Python whose wheels are asked for. Only the C library of the wheel is used, so the host's own Python may be any other. */
const wheelPython = '3.11';

/** The first Python on the PATH that has pip. */
export async function findPip(): Promise<string> {
  for (const python of pythonNames) {
    const result = await runCommand(python, ['-m', 'pip', '--version']);
    if (result?.code === 0) return python;
  }
  throw new UserError('pip-missing', 'No Python with pip was found, and TensorFlow is fetched by pip.', {
    hint: 'Install python3 and pip, or give the folder of an unpacked TensorFlow with --from, or use the engine wasm.',
  });
}

export interface PipInstall {
  python: string;
  /** Requirements such as `tensorflow-cpu==2.21.0`; their dependencies are not followed. */
  requirements: readonly string[];
  /** Folder that receives the packages. */
  target: string;
  /** A folder on the same disk: the default one is often too small for these wheels. */
  temporary: string;
  onProgress: (message: string) => void;
}

/** Downloads and unpacks binary wheels for this machine's processor into a folder. */
export async function pipInstall({python, requirements, target, temporary, onProgress}: PipInstall): Promise<void> {
  const parameters = ['-m', 'pip', 'install', '--no-deps', '--no-compile', '--disable-pip-version-check'];
  parameters.push('--no-input', '--progress-bar', 'off', '--retries', '2', '--timeout', '60');
  parameters.push('--only-binary=:all:', '--implementation', 'cp', '--python-version', wheelPython, ...platforms());
  parameters.push('--upgrade', '--target', target, ...requirements);
  const environment = {...process.env, TMPDIR: temporary, PIP_ROOT_USER_ACTION: 'ignore'};
  const result = await runCommand(python, parameters, {
    environment,
    onLine: (line) => onProgress(`pip: ${line.trim()}`),
  });
  if (result?.code === 0) return;
  const said = result ? lastWords(result) : `${python} is gone`;
  throw new UserError('pip-failed', `pip could not fetch ${requirements.join(', ')}: ${said}`, {
    hint: 'Check the network and the disk space and try again, or give the folder of an unpacked TensorFlow with --from.',
  });
}

/** The requirements behind one extra of an installed package, from its metadata: `and-cuda` lists NVIDIA's libraries. */
export async function extraRequirements(target: string, extra: string): Promise<string[]> {
  const folder = (await readdir(target)).find((name) => /^tensorflow-.*\.dist-info$/.test(name));
  if (folder === undefined) return [];
  const metadata = await readFile(join(target, folder, 'METADATA'), 'utf8');
  const requirement = new RegExp(`^Requires-Dist: ([^;\\n]+?) *; *extra == ["']${extra}["'] *$`, 'gm');
  return [...metadata.matchAll(requirement)].map((match) => match[1] ?? '');
}

/** Wheels name the oldest C library that they run with; NVIDIA's name older ones than TensorFlow's. */
function platforms(): string[] {
  const processor = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const tags = ['manylinux_2_28', 'manylinux_2_27', 'manylinux_2_18', 'manylinux_2_17', 'manylinux2014', 'manylinux1'];
  return tags.flatMap((tag) => ['--platform', `${tag}_${processor}`]);
}
