import {execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {UserError} from '../../trainer/contract/errors.ts';
import {cacheFolder} from '../../trainer/store/files/cacheFolder.ts';

const run = promisify(execFile);

/** The first Python that has torch: DEME_TEST_PYTHON, the bench's own, python3; null where none has. */
export async function findTorchPython(): Promise<string | null> {
  for (const python of [process.env.DEME_TEST_PYTHON ?? '', ownPython(), 'python3']) {
    if (python !== '' && (await hasTorch(python))) return python;
  }
  return null;
}

/** Gives the bench a Python environment with the CPU build of torch in the per-user cache, by pip. */
export async function installTorch(): Promise<void> {
  const steps: [string, ...string[]][] = [
    [process.env.DEME_TEST_PYTHON ?? 'python3', '-m', 'venv', ownFolder()],
    // The CPU build has a higher version (+cpu), so that it wins over the one of the main index, which is for CUDA.
    [
      ownPython(),
      '-m',
      'pip',
      'install',
      '--retries',
      '1',
      '--extra-index-url',
      'https://download.pytorch.org/whl/cpu',
      'torch',
    ],
  ];
  for (const [program, ...parameters] of steps) {
    const code = await runVisibly(program, parameters);
    if (code === 0) continue;
    await rm(ownFolder(), {recursive: true, force: true});
    throw new UserError('torch-install', `${program} ${parameters.join(' ')} failed, see above.`, {
      hint: 'Check the network and the disk space, or set DEME_TEST_PYTHON to a Python that has torch.',
    });
  }
}

function ownFolder(): string {
  return join(cacheFolder().path, 'bench-torch');
}

function ownPython(): string {
  return process.platform === 'win32' ? join(ownFolder(), 'Scripts', 'python.exe') : join(ownFolder(), 'bin', 'python');
}

async function hasTorch(python: string): Promise<boolean> {
  return run(python, ['-c', 'import torch']).then(
    () => true,
    () => false,
  );
}

async function runVisibly(program: string, parameters: readonly string[]): Promise<number | null> {
  const child = spawn(program, parameters, {stdio: ['ignore', 'inherit', 'inherit']});
  return once(child, 'close').then(
    ([code]: unknown[]) => (typeof code === 'number' ? code : null),
    () => null,
  );
}
