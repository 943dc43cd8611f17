import {closeSync, fsyncSync, openSync, readSync, writeSync} from 'node:fs';
import {mergeModels} from '../../../trainer/merge/files/mergeFiles.ts';
import {readJson} from '../../../trainer/store/files/jsonFile.ts';
import {hashFile} from '../../../trainer/store/hashes/sha256.ts';
import {peakMemory} from '../measure/peakMemory.ts';
import {MergeTask, type MergeTiming} from './mergeTask.ts';

/** `mergeWorker.js merge|hash|copy TASK.json`: our merge, hashing its inputs in one thread, or only the reading and writing that no merge can do without. */
const [mode = '', path = ''] = process.argv.slice(2);

const task = await readJson(path, MergeTask, 'the task');
const start = performance.now();
if (mode === 'merge') await merge(task);
else if (mode === 'hash') for (const path of [task.base, ...task.experts]) await hashFile(path);
else copy(task);
const seconds = (performance.now() - start) / 1000;
const timing: MergeTiming = {seconds, peak: peakMemory(), library: `Node ${process.versions.node}`};
process.stdout.write(`${JSON.stringify(timing)}\n`);

async function merge({base, experts, weights, out, dtype}: MergeTask): Promise<void> {
  await mergeModels({
    base,
    experts: experts.map((expert) => ({path: expert})),
    weights,
    out,
    dtype,
    tool: 'bench',
    replaces: 'existing',
  });
}

/** The limit: reads all inputs chunk by chunk and writes one of them back, in the fewest calls that a bounded memory allows. */
function copy({base, experts, out}: MergeTask): void {
  const buffer = new Uint8Array(1 << 22);
  for (const expert of experts) eachChunk(expert, buffer, () => undefined);
  const output = openSync(out, 'w');
  eachChunk(base, buffer, (bytes) => writeSync(output, bytes));
  fsyncSync(output);
  closeSync(output);
}

function eachChunk(input: string, buffer: Uint8Array, use: (bytes: Uint8Array) => void): void {
  const file = openSync(input, 'r');
  for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer))
    use(buffer.subarray(0, length));
  closeSync(file);
}
