import {escapeControls, printable} from '../contract/printable.ts';

// All that `deme` prints goes through here: names, notes and messages come from files that others have written.

/** Prints lines. */
export function printLines(lines: readonly string[], out: NodeJS.WritableStream = process.stdout): void {
  out.write(lines.map((line) => `${printable(line)}\n`).join(''));
}

/** Prints a line for people while stdout has the result. */
export function warn(line: string): void {
  printLines([line], process.stderr);
}

/** Prints a value as JSON, on several lines or on one. */
export function printJson(value: unknown, indent: 0 | 2, out: NodeJS.WritableStream = process.stdout): void {
  const lines = JSON.stringify(value, null, indent).split('\n');
  out.write(lines.map((line) => `${escapeControls(line)}\n`).join(''));
}
