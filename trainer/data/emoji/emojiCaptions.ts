import type {EmojiTable} from '../../contract/emojiTable.ts';

/** The modifiers of Fitzpatrick types: Unicode Technical Standard 51, 2.4. */
const skinTones: Readonly<Record<string, string>> = {
  '1F3FB': 'light',
  '1F3FC': 'medium-light',
  '1F3FD': 'medium',
  '1F3FE': 'medium-dark',
  '1F3FF': 'dark',
};

/**
 * Captions of each picture by its file name, the fullest first: `woman running, dark skin` and `woman running`; of a flag, its name alone.
 * Names are those of the table in small letters.
 */
export function emojiCaptions(table: EmojiTable): ReadonlyMap<string, readonly string[]> {
  const captions = new Map<string, readonly string[]>();
  for (const {name, image, has_img_google: drawn, skin_variations: variations = {}} of table) {
    const plain = name.toLowerCase();
    if (drawn) captions.set(image, [plain]);
    for (const [tones, variation] of Object.entries(variations)) {
      if (variation.has_img_google) captions.set(variation.image, [`${plain}, ${skinText(tones)} skin`, plain]);
    }
  }
  return captions;
}

function skinText(tones: string): string {
  const names = new Set(tones.split('-').map((tone) => skinTones[tone] ?? tone));
  return [...names].join(' and ');
}
