import {comma, endOfString, isClosing, isOpening, quote} from './jsonTokens.ts';

/** How much a JSON text may hold. */
export interface JsonLimits {
  readonly bytes: number;
  /** Entries of lists and objects, and the lists and objects themselves; each may cost a kilobyte when it is wrong. */
  readonly values: number;
}

/** Lists in lists and the like; the deepest record has nine levels. Writing such a value again recurses once for each level. */
const maxDepth = 100;

/** Room for any record but the largest tables of numbers. */
export const defaultLimits: JsonLimits = {bytes: 16_000_000, values: 400_000};

/** For long lists of numbers that their schema checks as a whole. */
export const tableLimits: JsonLimits = {bytes: 200_000_000, values: 10_000_000};

/**
 * Why a JSON text is not even parsed: it is nested too deeply or holds too much; undefined for one that may be. Looks at brackets,
 * commas and quotes only, so the text need not be valid.
 */
export function refuseJson(text: string, {bytes, values}: JsonLimits): string | undefined {
  if (text.length > bytes) return `it has more than ${bytes} characters`;
  if (text.length <= values && hasFewBrackets(text)) return undefined;
  let [depth, count] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (isOpening(code)) [depth, count] = [depth + 1, count + 1];
    else if (isClosing(code)) depth--;
    else if (code === comma) count++;
    if (depth > maxDepth) return 'it is nested too deeply';
    if (count > values) return `it holds more than ${values} values`;
  }
  return undefined;
}

/** Whether a text opens no more lists and objects than may lie in each other: found out much faster than how they do. */
function hasFewBrackets(text: string): boolean {
  let count = 0;
  for (const bracket of ['{', '['] as const) {
    for (let at = text.indexOf(bracket); at >= 0 && count <= maxDepth; at = text.indexOf(bracket, at + 1)) count++;
  }
  return count <= maxDepth;
}
