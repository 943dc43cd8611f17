import {endOfString} from './jsonTokens.ts';

/** JSON as Python's json module writes it, which knows Infinity and NaN, with numbers that parse as infinite and null in their place. */
export function fromPythonJson(text: string): string {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const open = quote < 0 ? text.length : quote;
    const close = endOfString(text, open) + 1;
    pieces.push(
      text.slice(at, open).replaceAll('Infinity', '1e999').replaceAll('NaN', 'null'),
      text.slice(open, close),
    );
    at = close;
  }
  return pieces.join('');
}
