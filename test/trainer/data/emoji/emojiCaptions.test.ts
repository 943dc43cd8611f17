import {expect, it} from 'vitest';
import {emojiCaptions} from '../../../../trainer/data/emoji/emojiCaptions.ts';

it('names each picture that is there, and its skin tones', () => {
  const tones = {image: '1f46b-1f3fb.png', has_img_google: true};
  const captions = emojiCaptions([
    {name: 'GRINNING FACE', image: '1f600.png', category: 'Smileys & Emotion', has_img_google: true},
    {
      name: 'MAN AND WOMAN HOLDING HANDS',
      image: '1f46b.png',
      category: 'People & Body',
      has_img_google: true,
      skin_variations: {
        '1F3FB-1F3FB': tones,
        '1F3FB-1F3FF': {image: '1f46b-1f3fb-1f3ff.png', has_img_google: true},
        '1F3FE': {image: '1f46b-1f3fe.png', has_img_google: false},
      },
    },
    {name: 'Bolivia Flag', image: '1f1e7-1f1f4.png', category: 'Flags', has_img_google: false},
  ]);
  const pair = 'man and woman holding hands';
  expect([...captions]).toEqual([
    ['1f600.png', ['grinning face']],
    ['1f46b.png', [pair]],
    ['1f46b-1f3fb.png', [`${pair}, light skin`, pair]],
    ['1f46b-1f3fb-1f3ff.png', [`${pair}, light and dark skin`, pair]],
  ]);
});
