import {describe, expect, it} from 'vitest';
import {captionsOf, drawCaption} from '../../../../trainer/data/captions/drawCaption.ts';
import type {ImageSource} from '../../../../trainer/data/dataset.ts';
import {numberedSource} from '../../../helpers/models/numberedSource.ts';

const texts = ['a', 'b', 'c'];
const draws = (dropout: number, seed = 1) =>
  Array.from({length: 3000}, (_, position) => drawCaption(texts, {seed, position, dropout}));
const share = (drawn: readonly string[], text: string) => drawn.filter((each) => each === text).length / drawn.length;

describe('the caption of a draw', () => {
  it('is each of them equally often', () => {
    for (const text of texts) expect(share(draws(0), text)).toBeCloseTo(1 / 3, 1);
    expect(draws(0)).not.toContain('');
  });

  it('is left out as often as wanted, which changes no other draw', () => {
    const [whole, some] = [draws(0), draws(0.1)];
    expect(share(some, '')).toBeGreaterThan(0.08);
    expect(share(some, '')).toBeLessThan(0.12);
    some.forEach((text, i) => expect([whole[i], '']).toContain(text));
    expect(new Set(draws(1))).toEqual(new Set(['']));
  });

  it('depends on seed and position alone', () => {
    expect(draws(0.5)).toEqual(draws(0.5));
    expect(draws(0.5, 2)).not.toEqual(draws(0.5));
  });
});

describe('an image without a caption', () => {
  const source: ImageSource = {
    ...numberedSource(2),
    name: (index) => `image-${index}.png`,
    captions: (index) => Promise.resolve(index === 0 ? ['first', 'second'] : []),
  };

  it('is an error that names it, or has the empty caption', async () => {
    const strict = captionsOf(source, {missing: 'stop'});
    expect(await strict(0)).toEqual(['first', 'second']);
    await expect(strict(1)).rejects.toMatchObject({code: 'caption-missing', where: 'image-1.png'});
    expect(await captionsOf(source, {missing: 'empty'})(1)).toEqual(['']);
    expect(await captionsOf(numberedSource(1), {missing: 'empty'})(0)).toEqual(['']);
  });
});
