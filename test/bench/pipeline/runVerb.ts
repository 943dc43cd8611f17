import {execFile} from 'node:child_process';
import {readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import * as z from 'zod';
import {packageRoot} from '../../../trainer/packageRoot.ts';

/** What a process needed. */
export interface Usage {
  readonly seconds: number;
  /** Seconds of the processor. */
  readonly processor: number;
  /** High-water mark of its resident memory in bytes. */
  readonly peak: number;
}

const UsageLine = z.strictObject({peak: z.number(), processor: z.number()});

/** Runs `deme` with these arguments, from its start to its end. Rejects with what it printed where it fails. */
export async function runVerb(args: readonly string[], folder: string): Promise<Usage> {
  const dist = join(packageRoot(), 'dist');
  const usage = join(folder, 'usage.jsonl');
  await rm(usage, {force: true});
  const hook = pathToFileURL(join(dist, 'bench', 'reportUsage.js')).href;
  const start = performance.now();
  await promisify(execFile)(process.execPath, ['--import', hook, join(dist, 'cli.js'), ...args], {
    env: {...process.env, DEME_BENCH_USAGE: usage},
  });
  const seconds = (performance.now() - start) / 1000;
  const [line = ''] = (await readFile(usage, 'utf8')).split('\n');
  return {seconds, ...UsageLine.parse(JSON.parse(line))};
}
