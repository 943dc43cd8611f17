import {colon, endOfString, isClosing, isOpening, quote} from './jsonTokens.ts';

/**
 * The first key that occurs twice in one object of a valid JSON text. `JSON.parse` keeps the last one silently, so two readers of a
 * file could see two different tensors under one name.
 */
export function firstDuplicateKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (isOpening(code)) open.push(new Set());
    else if (isClosing(code)) open.pop();
    if (code !== quote) continue;
    const end = endOfString(json, at);
    const text = json.slice(at, end + 1);
    at = end;
    if (!isKey(json, end + 1)) continue;
    const name = String(JSON.parse(text));
    const seen = open.at(-1);
    if (seen?.has(name)) return name;
    seen?.add(name);
  }
  return undefined;
}

/** Whether a colon follows, after space that JSON allows. */
function isKey(text: string, start: number): boolean {
  let at = start;
  while (text.charCodeAt(at) <= 0x20) at++;
  return text.charCodeAt(at) === colon;
}
