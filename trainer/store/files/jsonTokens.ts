/** Character codes of what JSON texts are scanned for. */
export const [quote, comma, colon] = [0x22, 0x2c, 0x3a] as const;
const backslash = 0x5c;

/** Position of the closing quote; the end of the text where there is none. */
export function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    if (code === backslash) at++;
  }
  return text.length;
}

/** { or [ */
export function isOpening(code: number): boolean {
  return code === 0x7b || code === 0x5b;
}

/** } or ] */
export function isClosing(code: number): boolean {
  return code === 0x7d || code === 0x5d;
}
