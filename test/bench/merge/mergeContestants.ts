import {execFile} from 'node:child_process';
import {mkdtemp} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {packageRoot} from '../../../trainer/packageRoot.ts';
import {parseJson} from '../../../trainer/store/files/jsonFile.ts';
import {findTorchPython} from '../torchPython.ts';
import {MergeTiming} from './mergeTask.ts';

/** One way to merge files. */
export interface MergeContestant {
  readonly name: string;
  /** How its result ends: PyTorch's own format is a zip file. */
  readonly extension: 'safetensors' | 'bin';
  /** How many float32 copies of the model it holds at once, where it is many. */
  readonly copies?: number;
  /** Does the merge that a task file describes, in a process of its own. */
  merge(task: string): Promise<MergeTiming>;
}

const run = promisify(execFile);

/**
 * What is compared: PyTorch in two ways (none where no Python has torch), our merge with and without the hashes of its inputs known, and
 * the limit. `folder` is for the caches of the processes.
 */
export async function mergeContestants(folder: string): Promise<MergeContestant[]> {
  const python = await findTorchPython();
  const extension = 'safetensors';
  const warm = join(folder, 'cache');
  return [
    ...(python === null ? [] : [torch(python, 'task-vectors'), torch(python, 'fused')]),
    {
      name: 'ours, first time',
      extension,
      merge: async (task) => ours('merge', task, await mkdtemp(join(folder, 'cache-'))),
    },
    {name: 'ours', extension, merge: (task) => ours('merge', task, warm)},
    {name: 'hashing alone, one thread', extension, merge: (task) => ours('hash', task, warm)},
    {name: 'limit', extension, merge: (task) => ours('copy', task, warm)},
  ];
}

function torch(python: string, mode: 'task-vectors' | 'fused'): MergeContestant {
  const script = join(packageRoot(), 'test', 'bench', 'torch', 'merge.py');
  const extension = mode === 'task-vectors' ? 'bin' : 'safetensors';
  // Base, experts, task vectors, scaled ones, their sum and the result.
  const copies = mode === 'task-vectors' ? 16 : undefined;
  return {name: `PyTorch, ${mode}`, extension, copies, merge: (task) => timing(python, ['-B', script, mode, task])};
}

function ours(mode: 'merge' | 'hash' | 'copy', task: string, cache: string): Promise<MergeTiming> {
  const worker = fileURLToPath(new URL('mergeWorker.js', import.meta.url));
  return timing(process.execPath, [worker, mode, task], {...process.env, DEME_CACHE: cache});
}

async function timing(program: string, parameters: readonly string[], env = process.env): Promise<MergeTiming> {
  const {stdout} = await run(program, parameters, {env});
  return parseJson(stdout.trim().split('\n').at(-1) ?? '', MergeTiming, 'a timing', program);
}
