import {readFileSync, writeFileSync} from 'node:fs';
import type {MemoryPeak} from '../../contract/run/memoryPeak.ts';
import {usedGpuMemory} from './gpuMemory.ts';

/** The most memory that this process has had since its start or since `forgetPeak`. */
export async function peakMemory(): Promise<MemoryPeak> {
  const device = await usedGpuMemory(process.pid);
  return {host: peakResident(), ...(device !== undefined && {device})};
}

/** Lets the peak begin anew, where the system can: on Linux. */
export function forgetPeak(): void {
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5');
}

/** High-water mark of the resident memory in bytes. On Linux that of `resourceUsage` would begin at that of the parent process. */
function peakResident(): number {
  const mark =
    process.platform === 'linux' ? /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) : null;
  return 1024 * (mark === null ? process.resourceUsage().maxRSS : Number(mark[1]));
}
