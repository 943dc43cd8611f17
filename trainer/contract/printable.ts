const longest = 10_000;

/**
 * Text of any origin as one line for people: without what a terminal would obey, what breaks the line, or what turns the order of the
 * letters around. Such characters are written as JSON does, `\u001b`. Not by the megabyte either.
 */
export function printable(text: string): string {
  return cut(escapeControls(cut(text)));
}

/** The same for a text that may have several lines. */
export function printableLines(text: string): string {
  return cut(cut(text).split('\n').map(escapeControls).join('\n'));
}

/** The same as `printable` for a text of any length, as a JSON text that stays valid by it. */
export function escapeControls(text: string): string {
  return text.replace(unprintable, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What messages write as code for a terminal, `npm test`, in quotes: for places that show no markup. */
export function withoutBackticks(text: string): string {
  return text.replaceAll(/`([^`]*)`/g, '"$1"');
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 3)}...` : text;
}

/** Control characters, other ends of lines, and marks of writing direction. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
