import {nullForUserError} from '../../contract/errors.ts';
import {RunEvent} from '../../contract/run/events.ts';
import {parseJson} from '../files/jsonFile.ts';

/**
 * A line of an event log; null for one that is no event. A power cut may leave zeros where the last lines were, before which and after
 * which all is well: a log with such a line is still worth reading.
 */
export function parseEventLine(line: string, path: string): RunEvent | null {
  try {
    return parseJson(line, RunEvent, 'an event', path);
  } catch (error) {
    return nullForUserError(error);
  }
}

/** The events of lines, and how many of these are none. */
export function parseEventLines(lines: readonly string[], path: string): {events: RunEvent[]; unreadable: number} {
  const events = lines.map((line) => parseEventLine(line, path)).filter((event) => event !== null);
  return {events, unreadable: lines.length - events.length};
}
