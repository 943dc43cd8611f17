import {UserError} from '../../contract/errors.ts';
import type {RunEvent} from '../../contract/run/events.ts';
import {fileExists} from '../files/fileExists.ts';
import {openPositioned, type PositionedFile} from '../files/positionedFile.ts';
import {parseEventLines} from './eventLine.ts';

/** So much at once that the file system is used well, and so little that whoever parses it is not kept from other work for long. */
const pieceBytes = 1 << 18;
/** No event is longer than that. */
const longestLine = 1 << 24;
const newline = 0x0a;

/** Some complete lines of a file, without their newlines. */
export interface LinePiece {
  readonly lines: readonly string[];
  /** The byte behind the last of them. */
  readonly end: number;
}

/** Some of the events of a log. */
export interface EventPiece {
  readonly events: readonly RunEvent[];
  /** Lines among them that are no events. */
  readonly unreadable: number;
  /** The byte behind its last line. */
  readonly end: number;
}

/**
 * The complete lines of a file from byte `from` on in pieces, for files that are too long to hold in memory at once; none if there is no
 * such file. Throws a UserError for one that is shorter than `from`. A last line without its newline is still being written (or was cut off by a crash) and is left out.
 */
export async function* linePieces(path: string, from = 0): AsyncGenerator<LinePiece> {
  if (!(await fileExists(path))) return;
  const file = await openPositioned(path);
  try {
    if (file.size < from) throw new UserError('log-truncated', 'The event log is shorter than it was.', {where: path});
    for (let start = from; start < file.size;) {
      const bytes = await wholeLines(file, start);
      if (bytes.length === 0) return;
      start += bytes.length;
      yield {lines: bytes.toString('utf8').split('\n').slice(0, -1), end: start};
    }
  } finally {
    await file.close();
  }
}

/** Which part of a log is read. */
export interface EventSelection {
  /** Only events of these types; the other lines are not even parsed, which takes a tenth of the time. Default: all. */
  readonly types?: readonly RunEvent['type'][] | undefined;
  /** The byte to begin at. Default: the first. */
  readonly from?: number;
}

/** The events of a log in pieces, as `linePieces` reads it. */
export async function* eventPieces(path: string, {types, from}: EventSelection = {}): AsyncGenerator<EventPiece> {
  const marks = types?.map((type) => JSON.stringify(type));
  for await (const {lines, end} of linePieces(path, from)) {
    const wanted = marks ? lines.filter((line) => marks.some((mark) => line.includes(mark))) : lines;
    const {events, unreadable} = parseEventLines(wanted, path);
    yield {events: types ? events.filter(({type}) => types.includes(type)) : events, unreadable, end};
  }
}

/** The lines from byte `start` on that fit into a piece, or one that is longer; none if the rest of the file has no newline. */
async function wholeLines(file: PositionedFile, start: number): Promise<Buffer> {
  for (let length = pieceBytes; ; length *= 2) {
    const bytes = await file.read(start, Math.min(length, file.size - start));
    const end = bytes.lastIndexOf(newline) + 1;
    if (end > 0 || start + bytes.length === file.size) return Buffer.from(bytes.buffer, 0, end);
    if (length >= longestLine) throw new UserError('log-invalid', 'A line has no end.', {where: file.path});
  }
}
