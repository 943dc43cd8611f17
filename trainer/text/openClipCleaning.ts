import {unescapeClosedEntities, unescapeHtml} from './htmlEntities.ts';
import {controlsAsWindows, repairEncoding} from './wrongEncoding.ts';

/**
 * What open_clip makes of a text before it splits it into words: repairs of the Python package ftfy, HTML entities twice more, runs of
 * white space as one space, lower case.
 */
export function cleanForOpenClip(text: string): string {
  return unescapeHtml(unescapeHtml(repairLines(text)))
    .split(pythonSpaces)
    .filter((part) => part !== '')
    .join(' ')
    .toLowerCase();
}

/** Python's white space. */
const pythonSpaces = new RegExp(String.raw`[\p{White_Space}\u001c-\u001f]+`, 'u');

/** Line by line; entities are left alone from the first line on that looks like HTML. */
function repairLines(text: string): string {
  let isHtml = false;
  return text.replace(/[^\n]*\n|[^\n]+$/g, (line) => {
    isHtml ||= line.includes('<');
    return repair(line, isHtml);
  });
}

/** Repeated until nothing changes: an entity may stand for one. */
function repair(text: string, isHtml: boolean): string {
  const decoded = isHtml ? text : unescapeClosedEntities(text);
  const encoded = controlsAsWindows(repairEncoding(decoded));
  const repaired = repairs.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), encoded);
  const result = repaired.normalize('NFC');
  return result === text ? text : repair(result, isHtml);
}

type Repair = readonly [pattern: RegExp, replacement: (found: string) => string];

const ligatures: Readonly<Record<string, string>> = {
  Ĳ: 'IJ', ĳ: 'ij', ŉ: 'ʼn', Ǳ: 'DZ', ǲ: 'Dz', ǳ: 'dz', Ǆ: 'DŽ', ǅ: 'Dž', ǆ: 'dž', Ǉ: 'LJ', ǈ: 'Lj', ǉ: 'lj',
  Ǌ: 'NJ', ǋ: 'Nj', ǌ: 'nj', ﬀ: 'ff', ﬁ: 'fi', ﬂ: 'fl', ﬃ: 'ffi', ﬄ: 'ffl', ﬅ: 'ſt', ﬆ: 'st',
}; // prettier-ignore

const escape = '\u001b';

const repairs: readonly Repair[] = [
  [new RegExp(`[${Object.keys(ligatures).join('')}]`, 'gu'), (found) => ligatures[found] ?? found],
  // Full-width and half-width forms, and the ideographic space.
  [/[\uff01-\uffef\u3000]/g, (found) => found.normalize('NFKC')],
  [/[\u02bc\u2018-\u201b]/g, () => "'"],
  [/[\u201c-\u201f]/g, () => '"'],
  [/\r\n|[\r\u2028\u2029\u0085]/g, () => '\n'],
  [/\p{Surrogate}/gu, () => '\ufffd'],
  // Colours of terminals, then control characters but white space, and marks that nobody sees.
  [new RegExp(String.raw`${escape}\[[\d;]*[a-zA-Z]`, 'g'), () => ''],
  [/[^\P{Cc}\t\n\f\r\u0080-\u009f]|[\u206a-\u206f\ufeff\ufff9-\ufffc]/gu, () => ''],
];
