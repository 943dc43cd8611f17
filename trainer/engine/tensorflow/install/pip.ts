import {UserError} from '../../../contract/errors.ts';
import {outputTail, ranOutOfSpace, runCommand, type CommandResult} from '../../../launch/runCommand.ts';
import {bytesBelow} from '../../bytesBelow.ts';
import {diskFull} from './diskSpace.ts';

/** Commands that may be a Python; `py -3` is the launcher that some systems have instead. */
const pythonCommands = [
  ['python3'],
  ['python'],
  ['py', '-3'],
  ...['3.14', '3.13', '3.12', '3.11', '3.10', '3.9'].map((version) => [`python${version}`]),
];

/** The first that knows the platforms of today's wheels. */
const oldestPip = 20.3;

/** The Python whose wheels are asked for. Only the C library of the wheel is used, so the host's own Python may be any other. */
const wheelPython = '3.11';

const otherWays = 'give a TensorFlow that you have with --from, or use the engine wasm';

/** A Python that has pip: the program and its first parameters. */
export type PythonCommand = readonly string[];

/** The named Python, or the first on the PATH that has pip; a `UserError` that says what to install where there is none. */
export async function findPip(named?: string): Promise<PythonCommand> {
  const commands = named === undefined ? pythonCommands : [[named]];
  const faults: string[] = [];
  for (const command of commands) {
    const fault = await pipFault(command);
    if (fault === null) return command;
    if (fault !== undefined) faults.push(`${command.join(' ')} ${fault}`);
  }
  throw missingPip(named, faults);
}

/** Null: it works. Undefined: there is no such Python. */
async function pipFault([program = '', ...first]: PythonCommand): Promise<string | null | undefined> {
  const result = await runCommand(program, [...first, '-m', 'pip', '--version']);
  if (result === null) return undefined;
  if (result.code !== 0) return 'has no pip';
  const version = /^pip (\d+(?:\.\d+)?)/.exec(result.stdout)?.[1] ?? '0';
  return Number(version) < oldestPip ? `has pip ${version}, which is too old` : null;
}

function missingPip(named: string | undefined, faults: readonly string[]): UserError {
  if (faults.length > 0) {
    const message = `TensorFlow is fetched by pip, which does not work here: ${faults.join('; ')}.`;
    const hint = `Install pip (Debian and Ubuntu: apt install python3-pip; elsewhere: python3 -m ensurepip --upgrade), name another Python with --python, ${otherWays}.`;
    return new UserError('pip-missing', message, {hint});
  }
  const message =
    named === undefined
      ? 'TensorFlow is fetched by pip, and no Python was found.'
      : `There is no program ${named}, so TensorFlow cannot be fetched by its pip.`;
  const hint = `Install Python with pip (Debian and Ubuntu: apt install python3-pip; Fedora: dnf install python3-pip), name it with --python, ${otherWays}.`;
  return new UserError('pip-missing', message, {hint});
}

export interface PipDownload {
  python: PythonCommand;
  /** Such as `tensorflow-cpu==2.21.0`; its dependencies are not followed. */
  requirement: string;
  /** Folder that receives the wheel. */
  target: string;
  /** A folder on the same disk: the usual one is often too small for these wheels. */
  temporary: string;
  /** Bytes on the disk, and all of them as soon as pip has said how many. */
  onBytes: (done: number, total: number | undefined) => void;
}

/**
 * Downloads the newest binary wheel that meets a requirement and runs on this machine's processor. pip compares what it gets with the
 * hash that the package index lists. Which index, mirror and proxy that is stays the user's choice in the settings of pip.
 */
export async function pipDownload({python, requirement, target, temporary, onBytes}: PipDownload): Promise<void> {
  const [program = '', ...first] = python;
  const parameters = ['-m', 'pip', 'download', '--no-deps', '--no-cache-dir', '--disable-pip-version-check'];
  parameters.push('--no-input', '--progress-bar', 'off', '--retries', '2', '--timeout', '60');
  parameters.push('--only-binary=:all:', '--implementation', 'cp', '--python-version', wheelPython, ...platforms());
  parameters.push('--dest', target, requirement);
  const environment = {...process.env, TMPDIR: temporary, PIP_REQUIRE_VIRTUALENV: 'false'};
  let total: number | undefined;
  const result = await runCommand(program, [...first, ...parameters], {
    environment,
    onLine: (line) => (total = downloadSize(line) ?? total),
    onTick: () => onBytes(Math.max(bytesBelow(temporary), bytesBelow(target)), total),
  });
  if (result?.code !== 0) throw failedDownload(requirement, target, result);
}

/** pip says `Downloading tensorflow-….whl (644.9 MB)`. */
function downloadSize(line: string): number | undefined {
  const [, value, unit] = /^\s*Downloading \S+\.whl \(([\d.]+) (kB|MB|GB)\)/.exec(line) ?? [];
  if (value === undefined) return undefined;
  return Number(value) * (unit === 'GB' ? 1e9 : unit === 'MB' ? 1e6 : 1e3);
}

function failedDownload(requirement: string, target: string, result: CommandResult | null): UserError {
  if (result && ranOutOfSpace(result)) return diskFull(target, `pip fetched ${requirement}`);
  if (/DO NOT MATCH THE HASHES/i.test(result?.stderr ?? '')) {
    const message = `What pip got for ${requirement} is not what the package index lists: its hash is another.`;
    return new UserError('checksum-wrong', message, {hint: 'Nothing was kept. Install again.'});
  }
  const said = (result && outputTail(result)) || 'it was ended from outside';
  return new UserError('pip-failed', `pip could not fetch ${requirement}: ${said}`, {
    hint: `Check the network and the settings of pip and try again, or ${otherWays}.`,
  });
}

/** A wheel names the oldest C library that it runs with. */
function platforms(): string[] {
  const isArm = process.arch === 'arm64';
  const [processor, oldest] = isArm ? ['aarch64', 17] : ['x86_64', 5];
  const versions = Array.from({length: 28 - oldest + 1}, (_, i) => `manylinux_2_${28 - i}`);
  const tags = [...versions, 'manylinux2014', ...(isArm ? [] : ['manylinux2010', 'manylinux1'])];
  return tags.flatMap((tag) => ['--platform', `${tag}_${processor}`]);
}
