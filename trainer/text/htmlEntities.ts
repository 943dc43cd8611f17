import {windows1252} from './codePages.ts';

/** Names of U+00A0 to U+00FF in order. HTML takes these without a semicolon, too. */
const latin1 = `nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para
  middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml
  Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave
  aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde
  ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml`;

const ascii = '" quot & amp < lt > gt " QUOT & AMP < LT > GT © COPY ® REG';

/** The other names of HTML 4, each after its character. */
const others = `' apos Œ OElig œ oelig Š Scaron š scaron Ÿ Yuml ƒ fnof ˆ circ ˜ tilde Α Alpha Β Beta Γ Gamma Δ Delta Ε Epsilon Ζ Zeta
  Η Eta Θ Theta Ι Iota Κ Kappa Λ Lambda Μ Mu Ν Nu Ξ Xi Ο Omicron Π Pi Ρ Rho Σ Sigma Τ Tau Υ Upsilon Φ Phi Χ Chi Ψ Psi Ω Omega α alpha
  β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi ο omicron π pi ρ rho ς sigmaf σ sigma
  τ tau υ upsilon φ phi χ chi ψ psi ω omega ϑ thetasym ϒ upsih ϖ piv – ndash — mdash ‘ lsquo ’ rsquo ‚ sbquo “ ldquo ” rdquo „ bdquo
  † dagger ‡ Dagger • bull … hellip ‰ permil ′ prime ″ Prime ‹ lsaquo › rsaquo ‾ oline ⁄ frasl € euro ℑ image ℘ weierp ℜ real ™ trade
  ℵ alefsym ← larr ↑ uarr → rarr ↓ darr ↔ harr ↵ crarr ⇐ lArr ⇑ uArr ⇒ rArr ⇓ dArr ⇔ hArr ∀ forall ∂ part ∃ exist ∅ empty ∇ nabla ∈ isin
  ∉ notin ∋ ni ∏ prod ∑ sum − minus ∗ lowast √ radic ∝ prop ∞ infin ∠ ang ∧ and ∨ or ∩ cap ∪ cup ∫ int ∴ there4 ∼ sim ≅ cong ≈ asymp
  ≠ ne ≡ equiv ≤ le ≥ ge ⊂ sub ⊃ sup ⊄ nsub ⊆ sube ⊇ supe ⊕ oplus ⊗ otimes ⊥ perp ⋅ sdot ⌈ lceil ⌉ rceil ⌊ lfloor ⌋ rfloor ⟨ lang
  ⟩ rang ◊ loz ♠ spades ♣ clubs ♥ hearts ♦ diams`;

/** Characters that do not show. */
const spaces: readonly (readonly [string, string])[] = [
  ['ensp', '\u2002'],
  ['emsp', '\u2003'],
  ['thinsp', '\u2009'],
  ['zwnj', '\u200c'],
  ['zwj', '\u200d'],
  ['lrm', '\u200e'],
  ['rlm', '\u200f'],
];

const bare = new Map([
  ...wordsOf(latin1).map((name, i) => [name, String.fromCharCode(0xa0 + i)] as const),
  ...pairsOf(ascii),
]);
const named = new Map([...bare, ...pairsOf(others), ...spaces]);

/** Python's `html.unescape` with the names of HTML 4: also without the semicolon, as browsers take them. */
export function unescapeHtml(text: string): string {
  return text.replace(
    /&(#\d{1,10}|#[xX][0-9a-fA-F]{1,10}|[A-Za-z][A-Za-z0-9]{1,31})(;?)/g,
    (found, name: string, end: string) => {
      if (name.startsWith('#')) return numbered(name);
      if (end !== '') {
        const whole = named.get(name);
        if (whole !== undefined) return whole;
      }
      for (let length = name.length; length > 1; length--) {
        const start = bare.get(name.slice(0, length));
        if (start !== undefined) return start + name.slice(length) + end;
      }
      return found;
    },
  );
}

/** ftfy's: with semicolons only, and names in capitals for capitals (`&EACUTE;`). */
export function unescapeClosedEntities(text: string): string {
  return text.replace(/&(#?[0-9A-Za-z]{1,24});/g, (found, name: string) => {
    if (name.startsWith('#')) return unescapeHtml(found);
    const capital = name === name.toUpperCase() ? named.get(name.toLowerCase())?.toUpperCase() : undefined;
    return named.get(name) ?? capital ?? found;
  });
}

/** The character of `#233` or `#xE9`: as HTML 5 says for codes that are none. */
function numbered(name: string): string {
  const code = /^#[xX]/.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
  if (code >= 0x80 && code <= 0x9f) return windows1252(code) ?? String.fromCharCode(code);
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd';
  const isControl = code < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d].includes(code);
  const isNone = (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;
  return isControl || isNone || code === 0x7f ? '' : String.fromCodePoint(code);
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/);
}

function pairsOf(text: string): (readonly [name: string, character: string])[] {
  const words = wordsOf(text);
  return words.flatMap((name, i) => (i % 2 === 1 ? [[name, words[i - 1] ?? ''] as const] : []));
}
