import {open} from 'node:fs/promises';
import {RunEvent} from '../../trainer/contract/run/events.ts';

/** New events of a log, and the byte to go on from. */
export interface EventTail {
  readonly events: readonly RunEvent[];
  readonly offset: number;
  /** The first line that is no event, shortened. */
  readonly garbage: string | null;
}

/** Of a log that is long already only the end is read: what it adds up to shows in its newest events and in the other files of a run. */
const tailBytes = 256 * 1024;
const newline = 0x0a;

/**
 * The whole events from byte `offset` on; where that is far behind the end, only those at the end. A last line without its newline is
 * still being written and left for the next call; a line that is no event is skipped and told.
 */
export async function readEventTail(path: string, offset: number): Promise<EventTail> {
  const file = await open(path, 'r');
  try {
    const {size} = await file.stat();
    if (size === offset) return {events: [], offset, garbage: null};
    // A log that became shorter is another one.
    const from = size < offset ? Math.max(0, size - tailBytes) : Math.max(offset, size - tailBytes);
    const bytes = Buffer.alloc(size - from);
    const {bytesRead} = await file.read(bytes, 0, bytes.length, from);
    return parseTail(bytes.subarray(0, bytesRead), from, from !== offset && from > 0);
  } finally {
    await file.close();
  }
}

/** @param isCut whether the first line may have lost its beginning */
function parseTail(bytes: Buffer, from: number, isCut: boolean): EventTail {
  const start = isCut ? bytes.indexOf(newline) + 1 : 0;
  const end = bytes.lastIndexOf(newline) + 1;
  if (end <= start) return {events: [], offset: isCut && end === 0 ? from : from + start, garbage: null};
  const lines = bytes.toString('utf8', start, end - 1).split('\n');
  const parsed = lines.map(parseEvent);
  const garbage = lines.find((_, i) => parsed[i] === null) ?? null;
  return {
    events: parsed.filter((event) => event !== null),
    offset: from + end,
    garbage: garbage === null ? null : garbage.slice(0, 80),
  };
}

function parseEvent(line: string): RunEvent | null {
  try {
    return RunEvent.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null; // No JSON: the caller tells.
  }
}
