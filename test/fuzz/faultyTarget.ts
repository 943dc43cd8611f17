import {spawnSync} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {UserError} from '../../trainer/contract/errors.ts';
import type {FuzzTarget} from './target.ts';

/** How a parser can be broken; `sound` is not. */
const faults: Record<string, (folder: string) => unknown> = {
  sound: () => {
    throw new UserError('content-invalid', 'no');
  },
  error: () => {
    throw new TypeError('it is not a function');
  },
  stray: () => setTimeout(() => void Promise.reject(new Error('nobody waits'))),
  outside: (folder) => writeFile(join(dirname(dirname(folder)), 'mismatched'), 'x'),
  beside: (folder) => writeFile(join(dirname(folder), 'mismatched'), 'x'),
  leftover: (folder) => writeFile(join(folder, '.a.json.1.tmp'), 'x'),
  slow: () => compute(2500),
  hang: () => compute(Infinity),
  memory: () => Buffer.alloc(600 * 2 ** 20, 1),
  swell: () => compute(Infinity, []),
  crash: () => process.abort(),
  program: () => {
    const {error} = spawnSync('true');
    if (error !== undefined) throw error;
  },
};

/** A target with that fault at its fourth input, which shows what the watch tells of it. */
export const faultyTargets: readonly FuzzTarget[] = Object.entries(faults).map(([name, fault]) => {
  let inputs = 0;
  return {
    name,
    seeds: async () => [Uint8Array.of(1, 2, 3)],
    tokens: ['x'],
    parse: async (_, folder) => {
      if (++inputs === 4) await fault(folder);
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
});

/** Burns processor time, and memory into `heap`. */
function compute(milliseconds: number, heap?: unknown[]): void {
  const end = process.cpuUsage().user / 1000 + milliseconds;
  while (process.cpuUsage().user / 1000 < end) {
    for (let i = 0; i < 1000; i++) heap?.push(new Array<number>(100).fill(i));
    for (let i = 1; i < 1e6; i++) Math.sqrt(i);
  }
}
