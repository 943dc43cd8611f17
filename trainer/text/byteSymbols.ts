/**
 * A printable character for each byte, as GPT-2 has them: those that are printable in Latin-1 stand for themselves, the others for
 * U+0100 and on. Vocabularies of byte-pair encodings are written in these characters.
 */
export const byteSymbols: readonly string[] = symbols();

/** The text's UTF-8 bytes in these characters; halves of surrogate pairs, which have no bytes, as U+FFFD. */
export function toByteSymbols(text: string): string[] {
  return Array.from(new TextEncoder().encode(text), (byte) => byteSymbols[byte] ?? '');
}

function symbols(): string[] {
  let next = 256;
  return Array.from({length: 256}, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++));
}

/** `!` to `~`, `¡` to `¬` and `®` to `ÿ`: without spaces and the soft hyphen. */
function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}
