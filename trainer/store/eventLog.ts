import {appendFileSync, closeSync, ftruncateSync, fstatSync, openSync, readSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {join} from 'node:path';
import {UserError} from '../contract/errors.ts';
import {RunEvent, type NewRunEvent} from '../contract/events.ts';
import {fileExists} from './fileExists.ts';
import {parseJson} from './jsonFile.ts';

const newline = 0x0a;

export function eventLogPath(run: string): string {
  return join(run, 'events.jsonl');
}

/** The append-only log of a run, one JSON event a line. Only the owner of the run writes it. */
export class EventLog {
  readonly #path: string;

  /** Opens or makes the log. A last line that a crash cut off is removed, or the next event would be glued to it. */
  constructor(path: string) {
    this.#path = path;
    removeTornLine(path);
  }

  /** Stamps the time, writes the line, and returns the event as readers will see it: numbers that are not finite are null. */
  append(event: NewRunEvent): RunEvent {
    const line = JSON.stringify({...event, time: Date.now()});
    const stamped = RunEvent.parse(JSON.parse(line));
    appendFileSync(this.#path, `${line}\n`);
    return stamped;
  }
}

/** All events of a log; none if there is no log yet. */
export async function readEvents(path: string): Promise<RunEvent[]> {
  return (await readEventsFrom(path, 0)).events;
}

/**
 * The complete events from byte `offset` on, and the offset to go on from. A last line without its newline is still being written (or
 * was cut off by a crash) and is left for the next call.
 */
export async function readEventsFrom(path: string, offset: number): Promise<{events: RunEvent[]; offset: number}> {
  if (!(await fileExists(path))) return {events: [], offset};
  const bytes = await readFrom(path, offset);
  const length = bytes.lastIndexOf(newline) + 1;
  const lines = bytes.toString('utf8', 0, length).split('\n').slice(0, -1);
  return {events: lines.map((line) => parseLine(line, path)), offset: offset + length};
}

function parseLine(line: string, path: string): RunEvent {
  return parseJson(line, RunEvent, `the event ${line.slice(0, 80)}`, path);
}

async function readFrom(path: string, offset: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const {size} = await handle.stat();
    if (size < offset) throw new UserError('log-truncated', 'The event log is shorter than it was.', {where: path});
    const bytes = Buffer.alloc(size - offset);
    const {bytesRead} = await handle.read(bytes, 0, bytes.length, offset);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function removeTornLine(path: string): void {
  const file = openSync(path, 'a+');
  try {
    const {size} = fstatSync(file);
    const end = endOfLastLine(file, size);
    if (end < size) ftruncateSync(file, end);
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
