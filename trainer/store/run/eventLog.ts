import {closeSync, constants, ftruncateSync, fstatSync, readSync, truncateSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {RunEvent, type NewRunEvent} from '../../contract/run/events.ts';
import {isDiskFull} from '../files/atomicFile.ts';
import {eventPieces} from './eventPieces.ts';
import {appendNow, openRegularNow} from '../files/regularFile.ts';

const newline = 0x0a;

/** Hears of an event once its line is on the disk, and where the log ends with it. */
type OnWritten = (event: RunEvent, end: number) => void;

interface HeldLine {
  readonly event: RunEvent;
  readonly bytes: Buffer;
}

/**
 * The append-only log of a run, one JSON event a line. Only the owner of the run writes it. While the disk is full, lines are held in
 * memory and keep their order.
 */
export class EventLog {
  readonly #path: string;
  readonly #write: (path: string, bytes: Buffer) => void;
  readonly #onWritten: OnWritten;
  #held: HeldLine[] = [];
  #size: number;

  /**
   * Opens or makes the log. A last line that a crash cut off is removed, or the next event would be glued to it.
   * @param write for tests of a full disk
   */
  constructor(path: string, onWritten: OnWritten = () => undefined, write = appendNow) {
    this.#path = path;
    this.#onWritten = onWritten;
    this.#write = write;
    this.#size = removeTornLine(path);
  }

  /** Lines that wait for room on the disk. */
  get waiting(): number {
    return this.#held.length;
  }

  /** Stamps the time, writes the line, and returns the event as readers will see it: numbers that are not finite are null. */
  append(event: NewRunEvent): RunEvent {
    const stamped = RunEvent.parse(JSON.parse(JSON.stringify({...event, time: Date.now()})));
    this.adopt(stamped);
    return stamped;
  }

  /** Writes the line of an event that has its time already. */
  adopt(event: RunEvent): void {
    this.#held.push({event, bytes: Buffer.from(`${JSON.stringify(event)}\n`)});
    this.flush();
  }

  /** Has the disk keep what was written so far, whatever happens to the machine. */
  async sync(): Promise<void> {
    const file = await open(this.#path, 'r+');
    await file.datasync().finally(() => file.close());
  }

  /** Writes what waits; false where the disk is still full. */
  flush(): boolean {
    for (let next = this.#held[0]; next !== undefined; next = this.#held[0]) {
      if (!this.#writeLine(next.bytes)) return false;
      this.#held.shift();
      this.#size += next.bytes.length;
      this.#onWritten(next.event, this.#size);
    }
    return true;
  }

  /** A line that was cut off by a full disk is taken back, or the next one would be glued to it. */
  #writeLine(bytes: Buffer): boolean {
    try {
      this.#write(this.#path, bytes);
      return true;
    } catch (error) {
      // The folder was renamed or deleted: the owner of the run will notice.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      if (!isDiskFull(error)) throw error;
      truncateSync(this.#path, this.#size);
      return false;
    }
  }
}

/**
 * All events of a log at once, for one that is known to be short; none if there is no log yet. Lines that are no events are left out.
 */
export async function readEvents(path: string): Promise<RunEvent[]> {
  return (await readEventsFrom(path, 0)).events;
}

/**
 * The complete events from byte `offset` on, and the offset to go on from. A last line without its newline is still being written (or
 * was cut off by a crash) and is left for the next call.
 */
export async function readEventsFrom(path: string, offset: number): Promise<{events: RunEvent[]; offset: number}> {
  const events: RunEvent[] = [];
  let end = offset;
  for await (const piece of eventPieces(path, {from: offset})) {
    for (const event of piece.events) events.push(event);
    ({end} = piece);
  }
  return {events, offset: end};
}

/** Makes the log where there is none, and returns its size without a last line that has no end. */
function removeTornLine(path: string): number {
  const file = openRegularNow(path, constants.O_RDWR | constants.O_CREAT);
  try {
    const {size} = fstatSync(file);
    const end = endOfLastLine(file, size);
    if (end < size) ftruncateSync(file, end);
    return end;
  } finally {
    closeSync(file);
  }
}

function endOfLastLine(file: number, size: number): number {
  const chunk = Buffer.alloc(65536);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - chunk.length);
    const length = readSync(file, chunk, 0, end - start, start);
    const at = chunk.subarray(0, length).lastIndexOf(newline);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
