import type {RunEvent} from '../../trainer/contract/run/events.ts';
import {readFrom, withRegular} from '../../trainer/store/files/regularFile.ts';
import {parseEventLine} from '../../trainer/store/run/eventLine.ts';

/** New events of a log, and the byte to go on from. */
export interface EventTail {
  readonly events: readonly RunEvent[];
  readonly offset: number;
  /** The first line that is no event, shortened. */
  readonly garbage: string | null;
}

/** How much of a log that is long already is looked at. */
export interface TailDepth {
  /** Only so many of its last bytes are read: what it adds up to shows in its newest events and in the other files of a run. */
  readonly bytes: number;
  /** So many of the newest steps of each stage are enough; older ones are not even parsed. */
  readonly steps: number;
}

const wholeTail: TailDepth = {bytes: 256 * 1024, steps: Infinity};
const newline = 0x0a;

/**
 * The whole events from byte `offset` on; where that is far behind the end, only those at the end. A last line without its newline is
 * still being written and left for the next call; a line that is no event is skipped and returned as `garbage`. Throws a UserError for a log that cannot
 * be read.
 */
export async function readEventTail(path: string, offset: number, depth = wholeTail): Promise<EventTail> {
  return withRegular(path, 'the event log', async ({handle, size}) => {
    if (size === offset) return {events: [], offset, garbage: null};
    // A log that became shorter is another one.
    const from = size < offset ? Math.max(0, size - depth.bytes) : Math.max(offset, size - depth.bytes);
    const isCut = from !== offset && from > 0;
    return parseTail(await readFrom(handle, from, size), from, {isCut, path, kept: depth.steps});
  });
}

interface TailOptions {
  /** Whether the first line may have lost its beginning. */
  readonly isCut: boolean;
  readonly path: string;
  readonly kept: number;
}

function parseTail(bytes: Buffer, from: number, {isCut, path, kept}: TailOptions): EventTail {
  const start = isCut ? bytes.indexOf(newline) + 1 : 0;
  const end = bytes.lastIndexOf(newline) + 1;
  if (end <= start) return {events: [], offset: isCut && end === 0 ? from : from + start, garbage: null};
  const lines = newestLines(bytes.toString('utf8', start, end - 1).split('\n'), kept);
  const parsed = lines.map((line) => parseEventLine(line, path));
  const garbage = lines.find((_, i) => parsed[i] === null) ?? null;
  return {
    events: parsed.filter((event) => event !== null),
    offset: from + end,
    garbage: garbage === null ? null : garbage.slice(0, 80),
  };
}

/** The beginning of a line whose event a newer one of the same stage replaces, as the log is written. */
const replaceable = /^\{"type":"(?:step|progress|buckets)","time":[\d.]+,"stage":"([\w-]+)"/;

function newestLines(lines: readonly string[], kept: number): readonly string[] {
  if (kept === Infinity) return lines;
  const counts = new Map<string, number>();
  const newest = lines.toReversed().filter((line) => {
    const head = replaceable.exec(line)?.[0].replace(/"time":[\d.]+/, '');
    if (head === undefined) return true;
    counts.set(head, (counts.get(head) ?? 0) + 1);
    return (counts.get(head) ?? 0) <= kept;
  });
  return newest.reverse();
}
