import {readFile} from 'node:fs/promises';
import {deflateSync} from 'node:zlib';
import {encode} from 'fast-png';
import {describe, expect, it, vi} from 'vitest';
import {decodeImage} from '../../../trainer/data/pictures/decodeImage.ts';
import {crc32} from '../../helpers/crc32.ts';

vi.mock('sharp', () => {
  throw new Error('no build of sharp for this machine');
});

const rgb = {resolution: 2, channels: 3} as const;

describe('decodeImage without sharp', () => {
  it('reads PNG files of the right size, as sharp would', async () => {
    const colours = encode({
      width: 2,
      height: 2,
      channels: 3,
      data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    });
    expect([...(await decodeImage(colours, rgb))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect([...(await decodeImage(colours, {...rgb, channels: 1}))]).toEqual([2, 5, 8, 11]);
  });

  it.each([
    [
      'alpha',
      4,
      8,
      [100, 50, 20, 128, 10, 20, 30, 0, 1, 2, 3, 255, 0, 0, 0, 51],
      [177, 152, 137, 255, 255, 255, 1, 2, 3, 204, 204, 204],
    ],
    ['grey with alpha', 2, 8, [100, 128, 10, 0, 7, 255, 0, 51], [177, 177, 177, 255, 255, 255, 7, 7, 7, 204, 204, 204]],
    ['grey of 16 bits', 1, 16, [0, 1000, 40000, 65535], [0, 0, 0, 3, 3, 3, 156, 156, 156, 255, 255, 255]],
  ] as const)('lays out %s in three channels', async (_, channels, depth, values, expected) => {
    const data = depth === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
    const image = encode({width: 2, height: 2, channels, depth, data});
    expect([...(await decodeImage(image, rgb))]).toEqual(expected);
  });

  it('looks up the colours of a palette', async () => {
    const palette = [
      [255, 0, 0],
      [0, 10, 20],
    ];
    const image = encode({width: 2, height: 2, channels: 1, depth: 8, palette, data: Uint8Array.of(0, 1, 1, 0)});
    expect([...(await decodeImage(image, rgb))]).toEqual([255, 0, 0, 0, 10, 20, 0, 10, 20, 255, 0, 0]);
  });

  it('resizes and cuts as with sharp', async () => {
    const fixture = (name: string): URL => new URL(`../../fixtures/pictures/${name}`, import.meta.url);
    const expected = JSON.parse(await readFile(fixture('expected.json'), 'utf8')) as Record<string, string>;
    for (const name of [
      'rgb.png',
      'grey.png',
      'alpha.png',
      'palette.png',
      'grey16.png',
      'profile.png',
      'palette.bmp',
    ]) {
      const pixels = await decodeImage(await readFile(fixture(name)), {resolution: 5, channels: 3});
      expect(Buffer.from(pixels).toString('base64'), name).toBe(expected[`${name} 3 5 bilinear`]);
    }
  });

  it('asks for sharp for everything else, and tells why it was not loaded', async () => {
    const keyed = await readFile(new URL('../../fixtures/pictures/key.png', import.meta.url));
    const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0);
    for (const image of [keyed, jpeg]) {
      await expect(decodeImage(image, rgb)).rejects.toMatchObject({
        code: 'sharp-missing',
        message: 'Only BMP and plain PNG images can be read without sharp.',
        hint: 'Install it with: npm install sharp.',
        cause: expect.any(Error) as Error,
      });
    }
  });

  it('still calls a broken file broken', async () => {
    const image = encode({width: 2, height: 2, channels: 3, data: new Uint8Array(12)});
    const damaged = image.slice();
    damaged[damaged.length - 20] = (damaged[damaged.length - 20] ?? 0) ^ 0xff;
    await expect(decodeImage(damaged, rgb)).rejects.toThrow('incorrect data check');
    await expect(decodeImage(image.subarray(0, 20), rgb)).rejects.toThrow('it is cut off');
  });

  it('does not inflate what has no place in the image, nor what is beside it', async () => {
    const image = encode({width: 2, height: 2, data: new Uint8Array(12), channels: 3});
    const bomb = deflateSync(new Uint8Array(50_000_000));
    const data = withChunk(image, 'IDAT', bomb);
    await expect(decodeImage(data, rgb)).rejects.toThrow(/larger than/);
    const profile = withChunk(image, 'iCCP', Buffer.concat([Buffer.from('a\0\0'), bomb]));
    expect(await decodeImage(profile, rgb)).toEqual(new Uint8Array(12));
  });
});

/** The PNG with a chunk in front of its image data. */
function withChunk(image: Uint8Array, type: string, content: Uint8Array): Uint8Array {
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  const named = Buffer.concat([Buffer.from(type), content]);
  checksum.writeUInt32BE(crc32(named));
  const at = Buffer.from(image).indexOf('IDAT') - 4;
  return Buffer.concat([image.subarray(0, at), length, named, checksum, image.subarray(at)]);
}
