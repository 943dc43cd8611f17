/** Windows-1252 from 0x80 to 0x9f; a space where it has nothing. */
const beyondLatin1 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

/** What Windows-1252 has for a code from 0x80 to 0x9f, where Latin-1 has control characters; undefined where it has nothing. */
export function windows1252(code: number): string | undefined {
  const found = beyondLatin1[code - 0x80];
  return found === ' ' ? undefined : found;
}

/** The bytes of characters that Windows-1252 or Latin-1 has. */
export function windows1252Bytes(text: string): Uint8Array {
  return Uint8Array.from([...text], (character) => {
    const special = beyondLatin1.indexOf(character);
    return special >= 0 ? 0x80 + special : character.charCodeAt(0);
  });
}
