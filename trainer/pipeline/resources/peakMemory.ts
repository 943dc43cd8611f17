import {readFileSync, writeFileSync} from 'node:fs';
import type {MemoryPeak} from '../../contract/run/memoryPeak.ts';
import {usedGpuMemory} from './gpuMemory.ts';

/** The most memory that this process has had since its start or since `forgetPeak`. */
export async function peakMemory(): Promise<MemoryPeak> {
  const device = await usedGpuMemory(process.pid);
  return {host: peakResident(), ...(device !== undefined && {device})};
}

/** Lets the peak begin anew, where the system can and does: on Linux, not in every sandbox. Elsewhere it is that of all stages of the process. */
export function forgetPeak(): void {
  try {
    if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // A peak that is told too high is no reason to end a stage.
  }
}

/** High-water mark of the resident memory in bytes. On Linux that of `resourceUsage` would begin at that of the parent process. */
function peakResident(): number {
  const mark =
    process.platform === 'linux' ? /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) : null;
  return 1024 * (mark === null ? process.resourceUsage().maxRSS : Number(mark[1]));
}
