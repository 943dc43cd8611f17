/** An encoding of a byte for each character, as texts in UTF-8 are misread by. Bytes are written as characters from U+0000 to U+00FF. */
export interface CodePage {
  readonly name: string;
  /** Whether byte 1A stands for U+FFFD, by which programs replace what they cannot decode. */
  readonly marksLoss: boolean;
  /** The bytes of a text; null where the page lacks one of its characters. */
  encode(text: string): string | null;
  /** The characters of the bytes from one to another. */
  characters(first: number, last: number): string;
}

const substitute = 0x1a;

/**
 * The characters of the bytes from 80 on, a dot where they are those of Latin-1 or there is none; in the order in which ftfy tries the pages.
 * Written out, since decoders of JavaScript take Windows-1252 for Latin-1 in some versions of Node.
 */
const upperHalves: readonly (readonly [name: string, characters: string])[] = [
  ['latin-1', ''],
  ['windows-1252', '€.‚ƒ„…†‡ˆ‰Š‹Œ.Ž..‘’“”•–—˜™š›œ.žŸ'],
  [
    'windows-1251',
    'ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—.™љ›њќћџ.ЎўЈ.Ґ..Ё.Є....Ї..Ііґ...ё№є.јЅѕїАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя',
  ],
  [
    'windows-1250',
    '€.‚.„…†‡.‰Š‹ŚŤŽŹ.‘’“”•–—.™š›śťžź.ˇ˘Ł.Ą....Ş....Ż..˛ł.....ąş.Ľ˝ľżŔ..Ă.ĹĆ.Č.Ę.Ě..ĎĐŃŇ..Ő..ŘŮ.Ű..Ţ.ŕ..ă.ĺć.č.ę.ě..ďđńň..ő..řů.ű..ţ˙',
  ],
  [
    'windows-1253',
    '€.‚ƒ„…†‡.‰.‹.....‘’“”•–—.™.›.....΅Ά............―....΄...ΈΉΊ.Ό.ΎΏΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ.ΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ',
  ],
  [
    'windows-1254',
    '€.‚ƒ„…†‡ˆ‰Š‹Œ....‘’“”•–—˜™š›œ..Ÿ................................................Ğ............İŞ.................ğ............ış',
  ],
  [
    'windows-1257',
    '€.‚.„…†‡.‰.‹.¨ˇ¸.‘’“”•–—.™.›.¯˛.........Ø.Ŗ....Æ........ø.ŗ....æĄĮĀĆ..ĘĒČ.ŹĖĢĶĪĻŠŃŅ.Ō...ŲŁŚŪ.ŻŽ.ąįāć..ęēč.źėģķīļšńņ.ō...ųłśū.żž˙',
  ],
  [
    'iso-8859-2',
    '.................................Ą˘Ł.ĽŚ..ŠŞŤŹ.ŽŻ.ą˛ł.ľśˇ.šşťź˝žżŔ..Ă.ĹĆ.Č.Ę.Ě..ĎĐŃŇ..Ő..ŘŮ.Ű..Ţ.ŕ..ă.ĺć.č.ę.ě..ďđńň..ő..řů.ű..ţ˙',
  ],
  [
    'mac-roman',
    'ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°..§•¶ß®.™´¨≠ÆØ∞.≤≥¥.∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u00a0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uf8ffÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ',
  ],
  [
    'cp437',
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
  ],
];

/** The pages in the order in which ftfy tries them. */
export const codePages: readonly CodePage[] = upperHalves.map(([name, characters]) => pageOf(name, characters));

const windowsPage = codePages.find(({name}) => name === 'windows-1252');

/** What Windows-1252 has for a code from 0x80 to 0x9f, where Latin-1 has control characters; undefined where it has nothing. */
export function windows1252(code: number): string | undefined {
  const character = windowsPage?.characters(code, code);
  return character?.charCodeAt(0) === code ? undefined : character;
}

function pageOf(name: string, characters: string): CodePage {
  const marksLoss = name.startsWith('windows');
  const all = Array.from({length: 0x100}, (_, byte) => {
    const own = characters[byte - 0x80] ?? '.';
    if (marksLoss && byte === substitute) return '\ufffd';
    return own === '.' ? String.fromCharCode(byte) : own;
  });
  const bytes = new Map(all.map((character, byte) => [character, String.fromCharCode(byte)]));
  return {
    name,
    marksLoss,
    encode(text) {
      let encoded = '';
      for (const character of text) {
        const byte = bytes.get(character);
        if (byte === undefined) return null;
        encoded += byte;
      }
      return encoded;
    },
    characters: (first, last) => all.slice(first, last + 1).join(''),
  };
}
