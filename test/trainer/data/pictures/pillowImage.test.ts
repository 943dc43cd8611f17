import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import {bilinear} from '../../../../trainer/data/pictures/bilinear.ts';
import {floatResize} from '../../../../trainer/data/pictures/floatResize.ts';
import {openPillowImage, toRgb} from '../../../../trainer/data/pictures/pillowImage.ts';
import {centreSquare} from '../../../../trainer/data/pictures/pillowResize.ts';

const file = (name: string): string => fileURLToPath(new URL(`../../../fixtures/pictures/${name}`, import.meta.url));

interface Expected {
  readonly pictures: Record<string, {readonly rgb: string; readonly clip?: string}>;
  readonly ramp: string;
  readonly resized: Record<string, Record<'torch' | 'tensorflow' | 'pillow', number[]>>;
}
const {pictures, ramp, resized} = JSON.parse(readFileSync(file('evaluated.json'), 'utf8')) as Expected;

const hash = ({pixels}: {readonly pixels: Uint8Array}): string => createHash('sha256').update(pixels).digest('hex');

describe('a picture is what Pillow makes of it', () => {
  it.each(Object.entries(pictures))('%s', async (name, {rgb, clip}) => {
    const image = await openPillowImage(readFileSync(file(name)));
    expect(hash(toRgb(image))).toBe(rgb);
    if (clip !== undefined) expect(hash(centreSquare(image, 20, 'bicubic'))).toBe(clip);
  });
});

describe.each(Object.entries(resized))('a ramp of 5x4 resized to %s', (text, expected) => {
  const size = Number(text);
  const image = {pixels: new Uint8Array(Buffer.from(ramp, 'base64')), width: 5, height: 4, channels: 3};

  it('as torch without antialias', () => {
    const {pixels} = bilinear(image, size, size, 'half', 255);
    pixels.forEach((value, i) => expect(value).toBeCloseTo(expected.torch[i] ?? NaN, 6));
  });

  it('as TensorFlow 1', () => {
    expect([...bilinear(image, size, size, 'corner').pixels]).toEqual(expected.tensorflow);
  });

  it('as Pillow in floating point', () => {
    expect([...floatResize(image, size, size, 'bicubic').pixels]).toEqual(expected.pillow);
  });
});
