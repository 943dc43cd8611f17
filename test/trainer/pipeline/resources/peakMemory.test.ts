import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {expect, it} from 'vitest';
import {forgetPeak, peakMemory} from '../../../../trainer/pipeline/resources/peakMemory.ts';

it('stays at the largest that the process has had', async () => {
  const size = 256 * 2 ** 20;
  const before = process.memoryUsage.rss();
  const filled = Buffer.alloc(size, 1);
  const {host} = await peakMemory();
  expect(host).toBeGreaterThan(before + 0.9 * size);
  expect(filled.at(-1)).toBe(1);
  // The kernel keeps the count to some pages a thread.
  expect((await peakMemory()).host).toBeGreaterThan(0.99 * host);
});

it.runIf(process.platform === 'linux')('begins anew for the next stage of a process', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const size = 256 * 2 ** 20;
  const host = await peakWith(size);
  collect();
  expect((await peakMemory()).host).toBeGreaterThan(0.99 * host);
  forgetPeak();
  expect((await peakMemory()).host).toBeLessThan(host - 0.9 * size);
});

/** The peak while a buffer of this size is held, which nobody holds afterwards. */
async function peakWith(size: number): Promise<number> {
  const filled = Buffer.alloc(size, 1);
  const {host} = await peakMemory();
  expect(filled.at(-1)).toBe(1);
  return host;
}
