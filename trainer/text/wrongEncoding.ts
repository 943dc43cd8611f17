import {codePages, windows1252, type CodePage} from './codePages.ts';
import {looksMisread} from './misreadSigns.ts';

// Bytes are written as characters from U+0000 to U+00FF.

/**
 * Text that was UTF-8 but was read by another encoding ("cafÃ©"), read again as what it was; `fix_encoding` of the Python package ftfy 6.3 (Robyn Speer,
 * Apache License 2.0). Text that does not look misread stays ("CAFÉ—naïve").
 */
export function repairEncoding(text: string): string {
  const repaired = repairOnce(text);
  return repaired === text ? text : repairEncoding(repaired);
}

function repairOnce(text: string): string {
  if (!looksMisread(text)) return text;
  const readings = codePages.flatMap((page) => {
    const bytes = page.encode(text);
    return bytes === null ? [] : [{page, bytes}];
  });
  for (const {page, bytes} of readings) {
    const reread = decodeUtf8(withoutLosses(page, bytes));
    if (reread !== null) return reread;
  }
  const parts = repairParts(text);
  return parts === text ? controlsAsWindows(text) : parts;
}

/** Control characters from U+0080 to U+009F as what Windows-1252 has there, if anything. */
export function controlsAsWindows(text: string): string {
  return text.replace(/[\u0080-\u009f]/g, (found) => windows1252(found.charCodeAt(0)) ?? found);
}

/** UTF-8 whose byte A0 became a space, but for a space behind `à` where that is a word. */
const altered = new RegExp(
  [
    '[\u00c2\u00c3\u00c5\u00ce\u00d0\u00d9] ',
    '[\u00e2\u00e3] [\u0080-\u0084\u0086-\u009f\u00a1-\u00bf]',
    '[\u00e0-\u00e3][\u0080-\u0084\u0086-\u009f\u00a1-\u00bf] ',
    '\u00f0 [\u0080-\u00bf][\u0080-\u00bf]',
    '\u00f0[\u0080-\u00bf] [\u0080-\u00bf]',
    '\u00f0[\u0080-\u00bf][\u0080-\u00bf] ',
  ].join('|'),
  'g',
);
const wordOfOneLetter = /\u00c3 (?! |quele|quela|quilo|s )/g;

/** UTF-8 of which some bytes were lost: 1A stands for them, or at most one question mark. */
const lossy = new RegExp(
  [
    '[\u00c2-\u00df]\u001a',
    '[\u00c2-\u00c3][?]',
    '\u00ed[\u00a0-\u00af][\u001a?]\u00ed[\u00b0-\u00bf][\u001a?\u0080-\u00bf]',
    '\u00ed[\u00a0-\u00af][\u001a?\u0080-\u00bf]\u00ed[\u00b0-\u00bf][\u001a?]',
    '[\u00e0-\u00ef][\u001a?][\u001a\u0080-\u00bf]',
    '[\u00e0-\u00ef][\u001a\u0080-\u00bf][\u001a?]',
    '[\u00f0-\u00f4][\u001a?][\u001a\u0080-\u00bf][\u001a\u0080-\u00bf]',
    '[\u00f0-\u00f4][\u001a\u0080-\u00bf][\u001a?][\u001a\u0080-\u00bf]',
    '[\u00f0-\u00f4][\u001a\u0080-\u00bf][\u001a\u0080-\u00bf][\u001a?]',
    '\u001a',
  ].join('|'),
  'g',
);
const replacementBytes = '\u00ef\u00bf\u00bd';

function withoutLosses({name, marksLoss}: CodePage, bytes: string): string {
  // In Mac OS Roman a dash before a space would look like that.
  const spaced = name !== 'mac-roman' && bytes.search(altered) >= 0;
  const restored = spaced
    ? bytes.replace(wordOfOneLetter, '\u00c3\u00a0 ').replace(altered, (found) => found.replace(' ', '\u00a0'))
    : bytes;
  return marksLoss ? restored.replace(lossy, replacementBytes) : restored;
}

/** Also of CESU-8, which writes characters beyond U+FFFF as two surrogates, and of Java's two bytes for U+0000; null for bytes that are no UTF-8. */
function decodeUtf8(bytes: string): string | null {
  const plain = bytes
    .replaceAll('\u00c0\u0080', '\u0000')
    .replace(/\u00ed([\u00a0-\u00af])([\u0080-\u00bf])\u00ed([\u00b0-\u00bf])([\u0080-\u00bf])/g, (_, ...units) => {
      const [a = 0, b = 0, c = 0, d = 0] = units.slice(0, 4).map((unit) => String(unit).charCodeAt(0));
      const code = 0x10000 + ((a & 0x0f) << 16) + ((b & 0x3f) << 10) + ((c & 0x0f) << 6) + (d & 0x3f);
      return Buffer.from(String.fromCodePoint(code)).toString('latin1');
    });
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(Buffer.from(plain, 'latin1'));
  } catch {
    return null;
  }
}

let partsPattern: RegExp | undefined;

/** Repairs what looks like UTF-8 in a text that is none as a whole. */
function repairParts(text: string): string {
  partsPattern ??= utf8Parts();
  return text.replace(partsPattern, (part) =>
    part.length < text.length && looksMisread(part) ? repairEncoding(part) : part,
  );
}

/** Characters that some page has for the bytes of UTF-8, one after another as they stand there. */
function utf8Parts(): RegExp {
  const pages = codePages.filter(({name}) => name === 'latin-1' || name.startsWith('windows'));
  const of = (first: number, last = first) => pages.map((page) => page.characters(first, last)).join('');
  const continuation = of(0x80, 0xbf);
  // Dashes and quotation marks stand for themselves before anything.
  const strict = continuation.replace(/[–—―‘’‚“”„•…]/g, '');
  const [two, three, four] = [of(0xc2, 0xdf), of(0xe0, 0xef), of(0xf0) + of(0xf3)];
  const next = `[${continuation} ]`;
  return new RegExp(`(?<![${strict}])(?:[${two}]${next}|[${three}]${next}{2}|[${four}]${next}{3})+`, 'gu');
}
