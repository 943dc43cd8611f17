import {describe, expect, it} from 'vitest';
import type {ImageSource} from '../../../trainer/data/dataset.ts';
import {splitSource} from '../../../trainer/data/split.ts';
import {numberedSource} from '../../helpers/models/numberedSource.ts';

const settings = {validation: 5, test: 3, splitSeed: 0};

async function imagesOf(source: ImageSource): Promise<number[]> {
  const images = await Promise.all(Array.from({length: source.size}, (_, i) => source.read(i)));
  return images.map((pixels) => pixels?.[0] ?? -1);
}

const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

describe('splitSource', () => {
  it.each([0, 1, 99])('deals every image to exactly one part (seed %i)', async (splitSeed) => {
    const {train, validation, test} = splitSource({train: numberedSource(20)}, {...settings, splitSeed});
    expect([train.size, validation.size, test.size]).toEqual([12, 5, 3]);
    const all = [...(await imagesOf(train)), ...(await imagesOf(validation)), ...(await imagesOf(test))];
    expect(ascending(all)).toEqual(Array.from({length: 20}, (_, i) => i));
  });

  it('is the same each time, and another one for another seed', async () => {
    const test = async (splitSeed: number): Promise<number[]> =>
      imagesOf(splitSource({train: numberedSource(200)}, {...settings, splitSeed}).test);
    expect(await test(4)).toEqual(await test(4));
    expect(await test(4)).not.toEqual(await test(5));
  });

  it('keeps the test images when the number of validation images changes', async () => {
    const few = splitSource({train: numberedSource(20)}, settings);
    const many = splitSource({train: numberedSource(20)}, {...settings, validation: 9});
    expect(await imagesOf(many.test)).toEqual(await imagesOf(few.test));
    expect((await imagesOf(many.validation)).slice(0, 5)).toEqual(await imagesOf(few.validation));
  });

  it('cuts only the training part to the limit, to its first images', async () => {
    const whole = splitSource({train: numberedSource(20)}, settings);
    const cut = splitSource({train: numberedSource(20)}, {...settings, limit: 4});
    expect(await imagesOf(cut.train)).toEqual((await imagesOf(whole.train)).slice(0, 4));
    expect([cut.validation.fingerprint, cut.test.fingerprint]).toEqual([
      whole.validation.fingerprint,
      whole.test.fingerprint,
    ]);
    expect(splitSource({train: numberedSource(20)}, {...settings, limit: 100}).train.size).toBe(12);
  });

  it('keeps the label with its image', async () => {
    const {train} = splitSource({train: numberedSource(20)}, settings);
    const images = await imagesOf(train);
    expect(images.map((_, i) => train.label?.(i))).toEqual(images.map((image) => image % 10));
  });

  it('tells parts and data apart by their fingerprints', () => {
    const {train, validation, test} = splitSource({train: numberedSource(20)}, settings);
    const other = splitSource({train: numberedSource(21)}, settings);
    const prints = [train, validation, test, other.test].map(({fingerprint}) => fingerprint);
    expect(new Set(prints).size).toBe(4);
    for (const print of prints) expect(print).toMatch(/^[0-9a-f]{64}$/);
  });

  it('refuses parts that leave nothing to train on, with the numbers', () => {
    expect(splitSource({train: numberedSource(9)}, settings).train.size).toBe(1);
    expect(() => splitSource({train: numberedSource(8)}, settings)).toThrow(
      '5 validation and 3 test images do not fit: there are 8 to choose from.',
    );
  });

  it('does not read beyond a part', () => {
    const {test} = splitSource({train: numberedSource(20)}, settings);
    expect(() => test.read(3)).toThrow('Image 3 of 3 was asked for.');
  });
});

describe('splitSource of a dataset with parts of its own', () => {
  it('takes validation from the training images and test from the test images', async () => {
    const official = {train: numberedSource(20), test: numberedSource(10)};
    const {train, validation, test} = splitSource(official, settings);
    expect(ascending([...(await imagesOf(train)), ...(await imagesOf(validation))])).toEqual(
      Array.from({length: 20}, (_, i) => i),
    );
    expect(test.size).toBe(3);
    expect(new Set(await imagesOf(test)).size).toBe(3);
    expect(splitSource(official, {...settings, test: 10}).test.size).toBe(10);
  });

  it('takes validation from the validation images, and test from the training images where the dataset has none', async () => {
    const {train, validation, test} = splitSource({train: numberedSource(20), validation: numberedSource(9)}, settings);
    expect([train.size, validation.size, test.size]).toEqual([17, 5, 3]);
    expect(ascending([...(await imagesOf(train)), ...(await imagesOf(test))])).toEqual(
      Array.from({length: 20}, (_, i) => i),
    );
    expect(Math.max(...(await imagesOf(validation)))).toBeLessThan(9);
    const all = {train: numberedSource(4), validation: numberedSource(9), test: numberedSource(9)};
    expect(splitSource(all, settings).train.size).toBe(4);
    expect(() => splitSource({...all, validation: numberedSource(4)}, settings)).toThrow(
      '5 validation images do not fit: there are 4',
    );
  });

  it('refuses sizes that do not fit, with the numbers', () => {
    const official = {train: numberedSource(20), test: numberedSource(10)};
    expect(() => splitSource(official, {...settings, validation: 20})).toThrow(
      '20 validation images do not fit: there are 20',
    );
    expect(() => splitSource(official, {...settings, test: 11})).toThrow('11 test images do not fit: there are 10');
  });
});
