import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import type {EngineName} from '../../trainer/contract/engine/engineInfo.ts';
import {findInstalled} from '../../trainer/engine/tensorflow/install/installedTensorflow.ts';
import {trainerEnvironment, trainerFlags} from '../../trainer/launch/trainerEnvironment.ts';
import {packageRoot} from '../../trainer/packageRoot.ts';
import {findTorchPython} from './torchPython.ts';
import type {WorkerCommand} from './workerProcess.ts';

/** One way to do a workload. */
export interface Contestant {
  readonly name: string;
  /** Null: PyTorch. */
  readonly engine: EngineName | null;
  command(task: string): WorkerCommand;
}

const run = promisify(execFile);
/** Python runs with -B, which leaves no bytecode in the source tree. */
const torchFolder = join(packageRoot(), 'test', 'bench', 'torch');

/** Our engines that are installed here, and why others are not measured. */
export async function ourContestants(): Promise<{contestants: Contestant[]; notes: string[]}> {
  if (await findInstalled()) return {contestants: [ours('tensorflow'), ours('wasm')], notes: []};
  const note = 'TensorFlow is not installed, so wasm alone is measured: npm run deme -- engine install tensorflow';
  return {contestants: [ours('wasm')], notes: [note]};
}

/** PyTorch in both memory layouts, of which the better one counts; none, and why, where Python has no torch or it computes otherwise. */
export async function torchContestants(): Promise<{contestants: Contestant[]; notes: string[]}> {
  const python = await findTorchPython();
  if (python === null) {
    const hint = 'npm run bench -- --install-torch, or set DEME_TEST_PYTHON to a Python that has it';
    return {contestants: [], notes: [`No Python with torch was found, so ours alone is measured: ${hint}.`]};
  }
  const fixtures = join(packageRoot(), 'test', 'fixtures');
  const golden = [
    ...['cifar', 'lsun', 'modern'].map((name) => join(fixtures, 'golden', name)),
    ...['sd1', 'sd2'].map((name) => join(fixtures, 'golden-sd', name)),
  ];
  // Rejects with what the check printed.
  const check = await run(python, ['-B', join(torchFolder, 'check_golden.py'), ...golden]);
  return {
    contestants: [torch(python, 'nchw'), torch(python, 'channels_last')],
    notes: [`PyTorch side: ${check.stdout.trim()}.`],
  };
}

function ours(engine: EngineName): Contestant {
  const worker = fileURLToPath(new URL('worker.js', import.meta.url));
  return {
    name: engine,
    engine,
    command: (task) => ({
      program: process.execPath,
      parameters: [...trainerFlags, worker, task, engine],
      environment: trainerEnvironment({engine: {name: engine}}),
    }),
  };
}

function torch(python: string, layout: 'nchw' | 'channels_last'): Contestant {
  return {
    name: `PyTorch ${layout}`,
    engine: null,
    command: (task) => ({program: python, parameters: ['-B', join(torchFolder, 'worker.py'), task, layout]}),
  };
}
