import {UserError} from '../contract/errors.ts';
import {RunEvent} from '../contract/events.ts';
import {fileExists} from './fileExists.ts';
import {parseJson} from './jsonFile.ts';
import {openPositioned, type PositionedFile} from './positionedFile.ts';

/** So much at once that the file system is used well, and so little that whoever parses it is not kept from other work for long. */
const pieceBytes = 1 << 18;
/** No event is longer than that. */
const longestLine = 1 << 24;
const newline = 0x0a;

/**
 * All complete events of a log in pieces, for logs that nobody wants to hold in memory at once; `end` is the byte behind the last line of
 * a piece. A last line without its newline is left out.
 */
export async function* eventPieces(path: string): AsyncGenerator<{events: RunEvent[]; end: number}> {
  if (!(await fileExists(path))) return;
  const file = await openPositioned(path);
  try {
    for (let start = 0; start < file.size;) {
      const bytes = await wholeLines(file, start);
      if (bytes.length === 0) return;
      start += bytes.length;
      const lines = Buffer.from(bytes).toString('utf8').split('\n').slice(0, -1);
      yield {
        events: lines.map((line) => parseJson(line, RunEvent, `the event ${line.slice(0, 80)}`, path)),
        end: start,
      };
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
