import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import sharp from 'sharp';
import {imageFiles, imagesAmong} from '../../../trainer/data/imageFolder.ts';
import {walkFiles} from '../../../trainer/data/walkFiles.ts';
import {repository} from '../buildWorker.ts';
import type {FuzzTarget} from '../target.ts';
import {repairPng} from './pngChunks.ts';

/** A folder of images with one hostile file, as sharp reads it. */
export const images: FuzzTarget = {
  name: 'images',
  async seeds() {
    const picture = () =>
      sharp({create: {width: 12, height: 9, channels: 4, background: {r: 9, g: 99, b: 200, alpha: 0.5}}});
    const files = [
      picture().png(),
      picture().png({palette: true}),
      picture().png({progressive: true}),
      picture().jpeg(),
      picture().jpeg({progressive: true}).withMetadata({orientation: 6}),
      picture().webp(),
      picture().webp({lossless: true}),
      picture().gif(),
      picture().tiff({compression: 'lzw'}),
      picture().avif(),
    ];
    const written = await Promise.all(files.map(async (file) => new Uint8Array(await file.toBuffer())));
    const bitmaps = ['colours.bmp', 'palette.bmp'].map((name) =>
      readFile(join(repository, 'test/fixtures/pictures', name)),
    );
    return [...written, ...(await Promise.all(bitmaps))];
  },
  tokens: [
    '\xff\xda',
    '\xff\xc0',
    '\xff\xc2',
    '\xff\xd8',
    '\xff\xe1\x00\x10Exif\x00\x00',
    'IDAT',
    'IHDR\x00\x01\x86\xa0\x00\x01\x86\xa0',
    'iCCP',
    'acTL',
    'VP8X',
    'ANIM',
    'ANMF',
    '\xff\xff\xff\xff',
    '\x00\x00\x00\x00',
  ],
  repair: repairPng,
  async parse(bytes, folder) {
    await writeFile(join(folder, 'a.png'), bytes);
    const files = imagesAmong(await walkFiles(folder, () => undefined), folder, () => undefined);
    const settings = {resolution: 8, channels: 3, corrupt: 'stop'} as const;
    const source = imageFiles(
      files,
      settings,
      () => Promise.resolve([]),
      () => undefined,
    );
    await source.read(0);
  },
};
