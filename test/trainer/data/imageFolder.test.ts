import {mkdir, rm, symlink, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import sharp, {type Sharp} from 'sharp';
import {describe, expect, it} from 'vitest';
import type {ImageSource} from '../../../trainer/data/dataset.ts';
import type {DecodeSettings} from '../../../trainer/data/encodedSource.ts';
import {imageFiles, imagesAmong} from '../../../trainer/data/imageFolder.ts';
import {encodePng} from '../../../trainer/data/pictures/png.ts';
import {walkFiles} from '../../../trainer/data/walkFiles.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const settings = {resolution: 2, channels: 1, corrupt: 'stop'} as const;
const never = (message: string): void => expect.unreachable(message);

async function openImageFolder(
  folder: string,
  how: DecodeSettings,
  onSkip: (message: string) => void,
): Promise<ImageSource> {
  return imageFiles(
    imagesAmong(await walkFiles(folder, onSkip), folder, onSkip),
    how,
    () => Promise.resolve([]),
    onSkip,
  );
}

describe('a folder of images', () => {
  it('finds PNG, JPEG and WebP in sub-folders, in the order of their names', async () => {
    const folder = await temporaryFolder();
    await writeImages(folder, {'b/1.png': 10, 'a.PNG': 20, 'B.png': 30, 'b/0/z.png': 40, '.hidden.png': 50});
    await writeFile(join(folder, 'notes.txt'), 'no image');
    await writeFile(join(folder, 'c.webp'), await flat(60).webp({lossless: true}).toBuffer());
    await writeFile(join(folder, 'd.jpeg'), await flat(70).jpeg({quality: 100}).toBuffer());
    const source = await openImageFolder(folder, settings, never);
    expect(source.shape).toEqual([2, 2, 1]);
    const first = await Promise.all(Array.from({length: source.size}, async (_, i) => (await source.read(i))?.[0]));
    expect(first).toEqual([30, 20, 40, 10, 60, 70]);
  });

  it('reads what sharp reads, by any of its endings', async () => {
    const folder = await temporaryFolder();
    const write = async (name: string, image: Sharp) => writeFile(join(folder, name), await image.toBuffer());
    await write('1.jpe', flat(10).jpeg({quality: 100}));
    await write('2.JFIF', flat(20).jpeg({quality: 100}));
    await write('3.gif', flat(30).gif());
    await write('4.tif', flat(40).tiff());
    await write('5.TIFF', flat(50).tiff({compression: 'lzw'}));
    await write('6.avif', flat(60).avif({lossless: true}));
    const source = await openImageFolder(folder, settings, never);
    const first = await Promise.all(Array.from({length: source.size}, async (_, i) => (await source.read(i))?.[0]));
    expect(first).toEqual([10, 20, 30, 40, 50, 60]);
  });

  it('counts the files that it leaves out because of their endings, once', async () => {
    const folder = await temporaryFolder();
    await writeImages(folder, {'a.png': 1, 'b.png': 2});
    for (const name of ['1.heic', 'x/2.HEIC', '3.svg', 'plain', 'caption.txt', 'metadata.jsonl', '.hidden.heic']) {
      await mkdir(dirname(join(folder, name)), {recursive: true});
      await writeFile(join(folder, name), 'something');
    }
    const messages: string[] = [];
    const source = await openImageFolder(folder, settings, (message) => messages.push(message));
    expect([await source.read(0), await source.read(1), source.size]).toHaveLength(3);
    expect(messages).toEqual([
      `Left out of the data: 2 .heic, 1 without ending, 1 .svg in ${folder}. Images end in .png, .jpg, .jpeg, .jpe, .jfif, .webp, .gif, .tif, .tiff, .avif, .bmp.`,
    ]);
    await rm(join(folder, 'a.png'));
    await rm(join(folder, 'b.png'));
    await expect(openImageFolder(folder, settings, never)).rejects.toThrow(
      'there are 2 .heic, 1 without ending, 1 .svg',
    );
  });

  it('follows links but no loop of them', async () => {
    const folder = await temporaryFolder();
    const elsewhere = await temporaryFolder();
    await writeImages(elsewhere, {'x.png': 5});
    await symlink(elsewhere, join(folder, 'linked'));
    await symlink(folder, join(folder, 'loop'));
    expect((await openImageFolder(folder, settings, never)).size).toBe(1);
  });

  it('has a fingerprint of names and sizes, wherever the folder lies', async () => {
    const print = async (images: Record<string, number>, extra = 0): Promise<string> => {
      const folder = await temporaryFolder();
      await writeImages(folder, images);
      if (extra) await writeFile(join(folder, 'a.png'), new Uint8Array(extra));
      return (await openImageFolder(folder, settings, never)).fingerprint;
    };
    const images = {'a.png': 1, 'b.png': 2};
    expect(await print(images)).toBe(await print(images));
    expect(await print({'a.png': 1, 'c.png': 2})).not.toBe(await print(images));
    expect(await print(images, 500)).not.toBe(await print(images));
  });

  it('refuses a folder that is missing or has no images', async () => {
    const folder = await temporaryFolder();
    await expect(openImageFolder(join(folder, 'gone'), settings, never)).rejects.toMatchObject({
      code: 'data-missing',
      where: join(folder, 'gone'),
    });
    await expect(openImageFolder(folder, settings, never)).rejects.toMatchObject({code: 'data-empty', where: folder});
  });
});

describe('a corrupt image', () => {
  it('stops with its name and the reason', async () => {
    const folder = await folderWithCorrupt();
    const source = await openImageFolder(folder, settings, never);
    expect(await source.read(0)).toEqual(Uint8Array.of(1, 1, 1, 1));
    await expect(source.read(1)).rejects.toMatchObject({
      code: 'image-corrupt',
      where: join(folder, 'b.png'),
      message: 'This image cannot be decoded: it is not a PNG, JPEG, WebP, GIF, TIFF, AVIF or BMP image.',
    });
  });

  it('is skipped with one message where the config says so', async () => {
    const folder = await folderWithCorrupt();
    const messages: string[] = [];
    const source = await openImageFolder(folder, {...settings, corrupt: 'skip'}, (message) => messages.push(message));
    expect(await Promise.all([source.read(1), source.read(1), source.read(2)])).toEqual([
      null,
      null,
      Uint8Array.of(3, 3, 3, 3),
    ]);
    expect(await source.read(1)).toBeNull();
    expect(messages).toEqual([
      `${join(folder, 'b.png')} is skipped: it is not a PNG, JPEG, WebP, GIF, TIFF, AVIF or BMP image.`,
    ]);
  });

  it('may be one that was removed after the listing', async () => {
    const folder = await folderWithCorrupt();
    const source = await openImageFolder(folder, settings, never);
    await rm(join(folder, 'a.png'));
    await expect(source.read(0)).rejects.toThrow('ENOENT');
  });
});

async function folderWithCorrupt(): Promise<string> {
  const folder = await temporaryFolder();
  await writeImages(folder, {'a.png': 1, 'c.png': 3});
  await writeFile(join(folder, 'b.png'), 'cut short');
  return folder;
}

/** 2x2 grey images of one value each. */
async function writeImages(folder: string, images: Record<string, number>): Promise<void> {
  for (const [name, value] of Object.entries(images)) {
    await mkdir(dirname(join(folder, name)), {recursive: true});
    await writeFile(join(folder, name), encodePng(new Uint8Array(4).fill(value), 2, 2, 1));
  }
}

function flat(value: number): Sharp {
  return sharp(new Uint8Array(4).fill(value), {raw: {width: 2, height: 2, channels: 1}});
}
