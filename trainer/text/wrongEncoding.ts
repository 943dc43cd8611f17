import {windows1252, windows1252Bytes} from './windows1252.ts';

const continuation = charactersOf(0x80, 0xbf);
const misread = new RegExp(
  [
    `[${charactersOf(0xc2, 0xdf)}][${continuation}]`,
    `[${charactersOf(0xe0, 0xef)}][${continuation}]{2}`,
    `[${charactersOf(0xf0, 0xf4)}][${continuation}]{3}`,
  ].join('|'),
  'g',
);

/**
 * Text that was UTF-8 but was read as Windows-1252 ("cafÃ©"), read again as what it was: every run of characters whose bytes in
 * Windows-1252 are one character in UTF-8, which hardly ever stands in a text otherwise.
 */
export function repairEncoding(text: string): string {
  return text.replace(misread, (run) => decoded(windows1252Bytes(run)) ?? run);
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What Windows-1252 has from one byte to another, for a class of a regular expression. */
function charactersOf(first: number, last: number): string {
  const codes = Array.from({length: last - first + 1}, (_, i) => first + i);
  return codes.map((code) => `${windows1252(code) ?? ''}${String.fromCharCode(code)}`).join('');
}
