// The characters that texts misread by a wrong encoding are made of, and where they stand, after `ftfy.badness` of the Python package ftfy 6.3
// (Robyn Speer, Apache License 2.0).

/** In many different places: spaces, dots, dashes and quotation marks. */
const common = '\u00a0\u00ad·´–—―…’';
/** Control characters that nobody writes. */
const c1 = '\u0080-\u009f';
/** Hardly anywhere else. */
const bad = '¦¤¨¬¯¸ƒˆˇ˘˛˜†‡‰⌐◊\ufffdªº';
const law = '¶§';
const currency = '¢£¥₧€';
const opening = '¡«¿©΄΅‘‚“„•‹\uf8ff';
const closing = '®»˝”›™';
const numeric = '²³¹±¼½¾×µ÷⁄∂∆∏∑√∞∩∫≈≠≡≤≥№';
/** Parts of faces made of characters, which stand beside anything. */
const faces = 'Ò-ÖÙ-Üò-öø-üŐŌŪŲ°';
const upperAccented = 'À-ÑØÜÝĂĀĄĆČĎĐĘĚĒĖĞĢİĪĶĹĽŁĻŃŇŅŒŘŚŞŠŢŤŮŰŸŹŻŽҐ';
const lowerAccented = 'ßà-ñăąāćčďđęěēėğģįīķĺľłļœŕśşšťüźżžґﬁﬂ';
const upperCommon = 'ÞΑ-ΩΆΈΉΊΌΎΏΪΫЁ-Я';
const lowerCommon = 'α-ωάέήίΰа-џ';
const box = '│┌┐┘├┤┬┼═-╬▀▄█▌▐░▒▓';

const space = String.raw`[\p{White_Space}\u001c-\u001f]`;
const word = String.raw`[\p{L}\p{N}_]`;
const arabic = `[ØÙ][${common}${currency}${bad}${numeric}${opening}ŸŠ®°µ»]`;
const accented = `${lowerAccented}${upperAccented}`;
const marks = `${accented}${box}${opening}${closing}${currency}${numeric}${law}`;

/** Neighbours that hardly ever stand together in a text that was read right. */
const neighbours = [
  `[${c1}]`,
  `[${bad}${marks}][${bad}]`,
  `[a-zA-Z][${lowerCommon}${upperCommon}][${bad}]`,
  `[${bad}][${marks}]`,
  `[${lowerAccented}${lowerCommon}${box}${closing}${currency}${numeric}][${upperAccented}]`,
  `[${box}${closing}${currency}${numeric}][${lowerAccented}]`,
  `[${lowerAccented}${box}${closing}][${currency}]`,
  `${space}[${upperAccented}][${currency}]`,
  `[${upperAccented}${box}][${numeric}${law}]`,
  `[${accented}${box}${currency}${closing}][${opening}][${numeric}]`,
  `[${accented}${currency}${numeric}${box}${law}][${closing}][${opening}]`,
  `[${currency}${numeric}${box}][${opening}]`,
  `[a-z][${upperAccented}][${opening}${currency}]`,
  `[${box}][${faces}]`,
  `[${accented}${currency}${numeric}${opening}${closing}${law}][${box}]`,
  `[${box}][${closing}]`,
  `[${accented}][${opening}${closing}]${word}`,
  '[Œœ][^A-Za-z]',
  `[${upperAccented}]°`,
  // Two bytes read as Windows-1252: Latin letters, Arabic, South Asian scripts.
  `[ÂÃÎÐ][€œŠš¢£Ÿž\u00a0\u00ad®©°·»${opening}${closing}–—´]`,
  '×[²³]',
  `${arabic}${arabic}`,
  'à[²µ¹¼½¾]',
  // Mac OS Roman.
  '√[±∂†≠®™´≤≥¥µø]',
  '≈[°¢]',
  '‚Ä[ìîïòôúùû†°¢π]',
  '‚[âó][àä°ê]',
  // Windows-1251.
  'вЂ',
  `[ВГРС][${c1}${bad}${opening}${closing}${currency}°µ][ВГРС]`,
  'ГўВЂВ[^\\n][A-Za-z ]',
  // `à`, `á` and the space that does not break.
  'Ã[\u00a0¡]',
  `[a-z]${space}?[ÃÂ][ ]`,
  '^[ÃÂ][ ]',
  `[a-z.,?!${closing}]Â[ ${opening}${closing}]`,
  // Windows-1253 and Windows-1257.
  'β€[™\u00a0Ά\u00ad®°]',
  `[ΒΓΞΟ][${c1}${bad}${opening}${closing}${currency}°][ΒΓΞΟ]`,
  'ā€',
];

const anyOfThem = new RegExp(neighbours.join('|'), 'u');

/** Whether a text looks as if it had been read by a wrong encoding. */
export function looksMisread(text: string): boolean {
  return anyOfThem.test(text);
}
