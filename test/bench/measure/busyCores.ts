import {cpus} from 'node:os';
import {setTimeout} from 'node:timers/promises';

/** How many cores others keep busy, measured over a second: while they do, threads wait for each other and figures say little. */
export async function busyCores(): Promise<number> {
  const before = cpus();
  await setTimeout(1000);
  const shares = cpus().map(({times}, core) => {
    const [now, then] = [times, before[core]?.times ?? times];
    const total = sum(now) - sum(then);
    return total === 0 ? 0 : 1 - (now.idle - then.idle) / total;
  });
  return shares.reduce((busy, share) => busy + share, 0);
}

function sum(times: ReturnType<typeof cpus>[number]['times']): number {
  return Object.values(times).reduce((total, time) => total + time, 0);
}
