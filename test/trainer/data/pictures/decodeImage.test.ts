import {readFile} from 'node:fs/promises';
import {encode, type ImageData} from 'fast-png';
import sharp from 'sharp';
import {describe, expect, it} from 'vitest';
import {decodeImage} from '../../../../trainer/data/pictures/decodeImage.ts';
import {resize} from '../../../../trainer/data/pictures/resize.ts';
import {maxAbsDifference} from '../../../helpers/engine/allClose.ts';
import {processorTime} from '../../../helpers/machine/processorTime.ts';

const rgb = (resolution: number) => ({resolution, channels: 3}) as const;
const grey = (resolution: number) => ({resolution, channels: 1}) as const;

function png(
  width: number,
  height: number,
  channels: number,
  values: readonly number[],
  depth: 8 | 16 = 8,
): Uint8Array {
  const data = depth === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
  return encode({width, height, channels, depth, data} satisfies ImageData);
}

/** 2x2: red, green / blue, white, each grown to an 8x8 block. */
const quarters = Array.from({length: 16 * 16}, (_, i) => {
  const [right, low] = [i % 16 >= 8, i >= 128];
  return low ? (right ? [255, 255, 255] : [0, 0, 255]) : right ? [0, 255, 0] : [255, 0, 0];
}).flat();

describe('decodeImage of a PNG of the right size', () => {
  it('gives its pixels', async () => {
    const values = Array.from({length: 48}, (_, i) => (i * 5) % 256);
    expect([...(await decodeImage(png(4, 4, 3, values), rgb(4)))]).toEqual(values);
  });

  it('repeats grey in three channels, and keeps it in one', async () => {
    const image = png(2, 2, 1, [0, 100, 200, 255]);
    expect([...(await decodeImage(image, rgb(2)))]).toEqual([0, 0, 0, 100, 100, 100, 200, 200, 200, 255, 255, 255]);
    expect([...(await decodeImage(image, grey(2)))]).toEqual([0, 100, 200, 255]);
  });

  it('makes grey of colours with the weights of Rec. 601', async () => {
    const primaries = png(2, 2, 3, [255, 0, 0, 0, 255, 0, 0, 0, 255, 12, 34, 56]);
    expect([...(await decodeImage(primaries, grey(2)))]).toEqual([76, 150, 29, 30]);
  });

  it('lays transparent pixels over white', async () => {
    const image = png(2, 2, 4, [100, 50, 20, 128, 10, 20, 30, 0, 1, 2, 3, 255, 0, 0, 0, 51]);
    expect([...(await decodeImage(image, rgb(2)))]).toEqual([177, 152, 137, 255, 255, 255, 1, 2, 3, 204, 204, 204]);
  });

  it('keeps the upper half of 16 bits, in grey too', async () => {
    const colours = Array.from({length: 12}, (_, i) => i * 5461);
    expect([...(await decodeImage(png(2, 2, 3, colours, 16), rgb(2)))]).toEqual(colours.map((value) => value >> 8));
    expect([...(await decodeImage(png(2, 2, 1, [0, 1000, 40000, 65535], 16), grey(2)))]).toEqual([0, 3, 156, 255]);
  });
});

describe('decodeImage of other sizes', () => {
  it('cuts the square out of the middle, or where the draws say', async () => {
    const ramp = png(5, 2, 1, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    // torchvision rounds half of the three columns that are too many to the even number.
    expect([...(await decodeImage(ramp, grey(2)))]).toEqual([20, 30, 70, 80]);
    const draws = [0.5, 0.9];
    expect([...(await decodeImage(ramp, grey(2), () => draws.shift() ?? 0))]).toEqual([30, 40, 80, 90]);
  });

  it('averages when it shrinks', async () => {
    const checks = Array.from({length: 64}, (_, i) => (((i % 8) + (i >> 3)) % 2) * 254);
    const pixels = await decodeImage(png(8, 8, 1, checks), grey(2));
    expect(maxAbsDifference(pixels, [127, 127, 127, 127])).toBeLessThanOrEqual(2);
  });

  it('keeps the parts of a picture where they are, when it shrinks or grows', async () => {
    for (const side of [8, 32]) {
      const pixels = await decodeImage(png(16, 16, 3, quarters), rgb(side));
      const at = (x: number, y: number): number[] => [...pixels.subarray((y * side + x) * 3, (y * side + x + 1) * 3)];
      const last = side - 1;
      expect([at(0, 0), at(last, 0), at(0, last), at(last, last)]).toEqual([
        [255, 0, 0],
        [0, 255, 0],
        [0, 0, 255],
        [255, 255, 255],
      ]);
    }
  });

  it('stays centred when it grows a little picture, and keeps its symmetry', async () => {
    const ramp = png(
      8,
      8,
      1,
      Array.from({length: 64}, (_, i) => (i % 8) * 30),
    );
    const row = [...(await decodeImage(ramp, grey(16))).subarray(0, 16)];
    expect(row).toEqual([0, 8, 23, 38, 53, 68, 83, 98, 113, 128, 143, 158, 173, 188, 203, 210]);
    const mirrored = png(
      8,
      8,
      1,
      Array.from({length: 64}, (_, i) => [0, 9, 200, 40, 40, 200, 9, 0][i % 8] ?? 0),
    );
    for (const side of [13, 16, 21, 64]) {
      const first = [...(await decodeImage(mirrored, grey(side))).subarray(0, side)];
      expect(first.toReversed()).toEqual(first);
    }
  });

  it('resizes a photograph in a fraction of a second', async () => {
    const size = {width: 2000, height: 1500, channels: 3 as const};
    const pixels = Uint8Array.from({length: 2000 * 1500 * 3}, (_, i) => (i * 7919) >> 3);
    resize({pixels, ...size}, {width: 341, height: 256}, 'bilinear');
    const milliseconds = await processorTime(() => resize({pixels, ...size}, {width: 341, height: 256}, 'bilinear'));
    // Usually 20.
    expect(milliseconds).toBeLessThan(400);
  });

  it('copes with an extreme shape without making it all large', async () => {
    const line = png(
      50_000,
      1,
      1,
      Array.from({length: 50_000}, () => 77),
    );
    expect(new Set(await decodeImage(line, grey(64)))).toEqual(new Set([77]));
  });
});

describe('decodeImage of other formats', () => {
  const source = sharp(Uint8Array.from(quarters), {raw: {width: 16, height: 16, channels: 3}});

  it('reads JPEG and WebP', async () => {
    const jpeg = await source.clone().jpeg({quality: 95, chromaSubsampling: '4:4:4'}).toBuffer();
    const webp = await source.clone().webp({lossless: true}).toBuffer();
    expect(maxAbsDifference(await decodeImage(jpeg, rgb(16)), quarters)).toBeLessThanOrEqual(8);
    expect([...(await decodeImage(webp, rgb(16)))]).toEqual(quarters);
  });

  it('turns a photograph upright by its EXIF orientation', async () => {
    // Orientation 6: the camera was turned, the left column is to be the top row.
    const turned = await source.clone().withMetadata({orientation: 6}).webp({lossless: true}).toBuffer();
    const upright = await source.clone().rotate(90).raw().toBuffer();
    expect(Buffer.from(await decodeImage(turned, rgb(16))).equals(upright)).toBe(true);
    expect(upright.equals(Buffer.from(quarters))).toBe(false);
  });

  it('takes the width and height after turning', async () => {
    const wide = sharp(
      Uint8Array.from({length: 8}, (_, i) => i * 30),
      {raw: {width: 4, height: 2, channels: 1}},
    );
    const turned = await wide.withMetadata({orientation: 6}).png().toBuffer();
    expect([...(await decodeImage(turned, grey(2)))]).toEqual([150, 30, 180, 60]);
  });

  it('converts CMYK', async () => {
    const cmyk = await source.clone().toColourspace('cmyk').jpeg({quality: 100}).toBuffer();
    const [red = 0, green = 255, blue = 255] = await decodeImage(cmyk, rgb(16));
    expect([red > 200, green < 60, blue < 60]).toEqual([true, true, true]);
  });
});

describe('decodeImage of a BMP', () => {
  /** Two pixels in one line with a header of 40 bytes. */
  function bmp(
    depth: number,
    compression: number,
    masks: readonly number[],
    line: readonly number[],
    height = 1,
  ): Buffer {
    const header = Buffer.alloc(54 + 4 * masks.length);
    header.write('BM');
    header.writeUInt32LE(header.length, 10);
    header.writeUInt32LE(40, 14);
    header.writeInt32LE(2, 18);
    header.writeInt32LE(height, 22);
    header.writeUInt16LE(depth, 28);
    header.writeUInt32LE(compression, 30);
    for (const [i, mask] of masks.entries()) header.writeUInt32LE(mask, 54 + 4 * i);
    return Buffer.concat([header, Buffer.from(line)]);
  }

  it.each<[string, Buffer, number[]]>([
    ['16 bits', bmp(16, 0, [], [0x1f, 0x7c, 0xe0, 0x03]), [255, 0, 255, 0, 255, 0]],
    ['16 bits with masks', bmp(16, 3, [0xf800, 0x07e0, 0x001f], [0x10, 0xf8, 0xe0, 0x07]), [255, 0, 131, 0, 255, 0]],
    ['32 bits', bmp(32, 0, [], [1, 2, 3, 99, 4, 5, 6, 0]), [3, 2, 1, 6, 5, 4]],
    [
      '32 bits with alpha',
      bmp(32, 6, [0xff0000, 0xff00, 0xff, 0xff000000], [1, 2, 3, 255, 4, 5, 6, 0]),
      [3, 2, 1, 255, 255, 255],
    ],
  ])('of %s', async (_, line, expected) => {
    const lines = Buffer.concat([line, line.subarray(54 + (line.readUInt32LE(10) - 54))]);
    lines.writeInt32LE(-2, 22);
    expect([...(await decodeImage(lines, rgb(2)))]).toEqual([...expected, ...expected]);
  });
});

describe('decodeImage of broken files', () => {
  it('throws with the reason', async () => {
    const noise = Uint8Array.from({length: 64 * 64 * 3}, (_, i) => (i * i * 31) % 251);
    const jpeg = await sharp(noise, {raw: {width: 64, height: 64, channels: 3}})
      .jpeg()
      .toBuffer();
    const whole = png(64, 64, 3, [...noise]);
    await expect(decodeImage(new Uint8Array(0), rgb(2))).rejects.toThrow('it is empty');
    await expect(decodeImage(Buffer.from('<svg/>'), rgb(2))).rejects.toThrow(
      'it is not a PNG, JPEG, WebP, GIF, TIFF, AVIF or BMP image',
    );
    await expect(decodeImage(jpeg.subarray(0, jpeg.length / 2), rgb(64))).rejects.toThrow();
    await expect(decodeImage(whole.subarray(0, whole.length / 2), rgb(64))).rejects.toThrow();
    const bmp = await readFile(new URL('../../../fixtures/pictures/palette.bmp', import.meta.url));
    for (const length of [2, 20, 60, bmp.length - 1])
      await expect(decodeImage(bmp.subarray(0, length), rgb(2))).rejects.toThrow('it is cut off');
    const huge = Buffer.from(bmp);
    huge.writeInt32LE(100_000, 18);
    await expect(decodeImage(huge, rgb(2))).rejects.toThrow('it is cut off');
    const packed = Buffer.from(bmp);
    packed.writeUInt32LE(1, 30);
    await expect(decodeImage(packed, rgb(2))).rejects.toThrow('it is a compressed BMP');
  });

  it('refuses a header that claims an absurd size before any pixel is read', async () => {
    const bytes = png(2, 2, 1, [0, 0, 0, 0]);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(16, 100_000);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(20, 100_000);
    await expect(decodeImage(bytes, rgb(2))).rejects.toThrow('exceeds pixel limit');
  });

  it('refuses a progressive JPEG that is drawn thousands of times', async () => {
    const image = {create: {width: 1000, height: 1000, channels: 3, background: '#789'}} as const;
    const whole = await sharp(image).jpeg({progressive: true}).toBuffer();
    expect(await decodeImage(whole, rgb(2))).toHaveLength(12);
    const start = whole.lastIndexOf('\xff\xda', undefined, 'latin1');
    const scan = whole.subarray(start, -2);
    const drawn = Buffer.concat([whole.subarray(0, start), ...Array<Buffer>(2000).fill(scan), whole.subarray(-2)]);
    await expect(decodeImage(drawn, rgb(2))).rejects.toThrow(/^it is drawn 20\d\d times over$/);
  });
});
