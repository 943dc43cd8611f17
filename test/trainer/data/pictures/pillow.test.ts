import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import {decodeImage} from '../../../../trainer/data/pictures/decodeImage.ts';
import type {Interpolation} from '../../../../trainer/data/pictures/resampleAxis.ts';
import {resize} from '../../../../trainer/data/pictures/resize.ts';

const file = (name: string): string => fileURLToPath(new URL(`../../../fixtures/pictures/${name}`, import.meta.url));
const json = (name: string): unknown => JSON.parse(readFileSync(file(name), 'utf8'));

describe('decodeImage gives what Pillow gives', () => {
  const expected = Object.entries(json('expected.json') as Record<string, string>);
  it.each(expected)('%s', async (name, wanted) => {
    const [picture = '', channels, resolution, interpolation] = name.split(' ');
    const fit = {
      resolution: Number(resolution),
      channels: Number(channels) as 1 | 3,
      interpolation: interpolation as Interpolation,
    };
    const pixels = await decodeImage(readFileSync(file(picture)), fit);
    expect([...pixels]).toEqual([...Buffer.from(wanted, 'base64')]);
  });
});

describe('resize gives what Pillow gives', () => {
  const {sources, resized} = json('resized.json') as Record<'sources' | 'resized', Record<string, string>>;
  const sizeOf = (text = ''): {width: number; height: number} => {
    const [width = 0, height = 0] = text.split('x').map(Number);
    return {width, height};
  };
  const source = (name = '') => ({
    pixels: new Uint8Array(Buffer.from(sources[name] ?? '', 'base64')),
    channels: 3,
    ...sizeOf(name),
  });

  it.each(Object.entries(resized))('%s', (name, hash) => {
    const [from, to, interpolation] = name.split(' ');
    const {pixels} = resize(source(from), sizeOf(to), interpolation as Interpolation);
    expect(createHash('sha256').update(pixels).digest('hex')).toBe(hash);
  });

  it.each(['bilinear', 'bicubic', 'nearest'] as const)(
    'in each part of the picture, and of each channel: %s',
    (how) => {
      const [image, size] = [source('33x50'), {width: 40, height: 21}];
      const whole = resize(image, size, how);
      const window = {left: 7, top: 3, width: 11, height: 5};
      const part = resize(image, size, how, window);
      const red = {...image, pixels: image.pixels.filter((_, i) => i % 3 === 0), channels: 1};
      const redPart = resize(red, size, how, window);
      for (let y = 0; y < window.height; y++) {
        for (let x = 0; x < window.width; x++) {
          const [at, from] = [y * window.width + x, (window.top + y) * size.width + window.left + x];
          expect([...part.pixels.subarray(3 * at, 3 * at + 3)]).toEqual([
            ...whole.pixels.subarray(3 * from, 3 * from + 3),
          ]);
          expect(redPart.pixels[at]).toBe(part.pixels[3 * at]);
        }
      }
    },
  );
});
