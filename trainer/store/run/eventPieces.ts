import {UserError} from '../../contract/errors.ts';
import type {RunEvent} from '../../contract/run/events.ts';
import {parseEventLines} from './eventLine.ts';
import {fileExists} from '../files/fileExists.ts';
import {openPositioned, type PositionedFile} from '../files/positionedFile.ts';

/** So much at once that the file system is used well, and so little that whoever parses it is not kept from other work for long. */
const pieceBytes = 1 << 18;
/** No event is longer than that. */
const longestLine = 1 << 24;
const newline = 0x0a;

/** Some of the events of a log. */
export interface EventPiece {
  readonly events: readonly RunEvent[];
  /** Lines among them that are no events. */
  readonly unreadable: number;
  /** The byte behind its last line. */
  readonly end: number;
}

/**
 * All complete events of a log in pieces, for logs that nobody wants to hold in memory at once. A last line without its newline is left
 * out.
 */
export async function* eventPieces(path: string): AsyncGenerator<EventPiece> {
  if (!(await fileExists(path))) return;
  const file = await openPositioned(path);
  try {
    for (let start = 0; start < file.size;) {
      const bytes = await wholeLines(file, start);
      if (bytes.length === 0) return;
      start += bytes.length;
      const lines = Buffer.from(bytes).toString('utf8').split('\n').slice(0, -1);
      yield {...parseEventLines(lines, path), end: start};
    }
  } finally {
    await file.close();
  }
}

/** The lines from byte `start` on that fit into a piece, or one that is longer; none if the rest of the file has no newline. */
async function wholeLines(file: PositionedFile, start: number): Promise<Uint8Array> {
  for (let length = pieceBytes; ; length *= 2) {
    const bytes = await file.read(start, Math.min(length, file.size - start));
    const end = bytes.lastIndexOf(newline) + 1;
    if (end > 0 || start + bytes.length === file.size) return bytes.subarray(0, end);
    if (length >= longestLine) throw new UserError('log-invalid', 'A line has no end.', {where: file.path});
  }
}
