import type {BenchResult, BenchTask} from '../contract.ts';

/** Does the work of all chunks, `act` that of one, and takes the time of each. */
export async function timeChunks(
  {chunks, chunk}: Pick<BenchTask, 'chunks' | 'chunk'>,
  act: (count: number) => Promise<unknown>,
): Promise<Pick<BenchResult, 'seconds' | 'processor'>> {
  const [seconds, processor]: [number[], number[]] = [[], []];
  for (let i = 0; i < chunks; i++) {
    const [start, used] = [performance.now(), process.cpuUsage()];
    await act(chunk);
    const {user, system} = process.cpuUsage(used);
    seconds.push((performance.now() - start) / 1e3 / chunk);
    processor.push((user + system) / 1e6 / chunk);
  }
  return {seconds, processor};
}
