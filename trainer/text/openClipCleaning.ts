import {unescapeClosedEntities, unescapeHtml} from './htmlEntities.ts';
import {repairEncoding} from './wrongEncoding.ts';
import {windows1252} from './windows1252.ts';

/**
 * What open_clip makes of a text before it splits it into words: repairs of the Python package ftfy, HTML entities twice more, runs of
 * white space as one space, lower case. Of the repairs, that of text read with the wrong encoding ("cafÃ©") is simpler here: ftfy knows
 * more encodings and weighs how likely the result is.
 */
export function cleanForOpenClip(text: string): string {
  return unescapeHtml(unescapeHtml(repair(text)))
    .split(/\p{White_Space}+/u)
    .filter((part) => part !== '')
    .join(' ')
    .toLowerCase();
}

/** Entities are left alone in what looks like HTML. Repeated until nothing changes: an entity may stand for one. */
function repair(text: string, isHtml = text.includes('<')): string {
  const decoded = isHtml ? text : unescapeClosedEntities(text);
  const encoded = repairEncoding(decoded);
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
  [/[\u0080-\u009f]/g, (found) => windows1252(found.charCodeAt(0)) ?? found],
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
