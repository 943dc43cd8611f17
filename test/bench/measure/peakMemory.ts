import {readFileSync} from 'node:fs';

/** High-water mark of this process's resident memory in bytes. ru_maxrss would begin at that of the process that started it. */
export function peakMemory(): number {
  const kibibytes =
    process.platform === 'linux'
      ? /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
      : undefined;
  return 1024 * (kibibytes === undefined ? process.resourceUsage().maxRSS : Number(kibibytes));
}
