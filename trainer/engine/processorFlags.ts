import {readFileSync} from 'node:fs';

/** What the processor can do, by Linux's names: of x86 and of ARM; null where nothing says so. */
export function processorFlags(file = '/proc/cpuinfo'): ReadonlySet<string> | null {
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readOrEmpty(file))?.[1];
  return line === undefined ? null : new Set(line.trim().split(/\s+/));
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
