import {mkdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {UserError} from '../../../contract/errors.ts';
import {concatenate} from '../../../concatenate.ts';
import {sampleGrid} from '../../../data/pictures/sampleGrid.ts';
import type {ImageShape} from '../../../models/imageSpace.ts';
import {pictureName} from '../../../sample/pictureName.ts';
import {writeFileAtomic} from '../../../store/files/atomicFile.ts';
import {requireApart, requireFree} from '../../../store/files/pathIdentity.ts';
import {firstBytes} from '../../../store/files/regularFile.ts';

export interface PictureOptions {
  readonly model: string;
  /** PNG of the grid. */
  readonly out?: string;
  /** Folder for single PNGs. */
  readonly images?: string;
  readonly overwrite?: boolean;
}

/** Where drawn images go. */
export interface Pictures {
  /** [n,H,W,C] in [-1, 1], from number `first` of the series on. */
  write(images: Float32Array, shape: ImageShape, first: number): Promise<void>;
  /** After the last. */
  end(): Promise<void>;
}

/**
 * Single PNGs are written as they come and not held; those of the grid are, which has `columns` or is about square. Throws UserErrors for
 * files that may not be written.
 */
export async function picturesOf(options: PictureOptions, count: number, columns?: number): Promise<Pictures> {
  const {model, out, images, overwrite} = options;
  if (out === undefined && images === undefined)
    throw new UserError('usage', 'Give --out FILE for a grid of the images, or --images FOLDER for single ones.');
  const singles = images === undefined ? [] : singleFiles(images, count);
  for (const file of [...(out === undefined ? [] : [out]), ...singles]) {
    await requireApart(file, [model]);
    await requireFree(file, {overwrite, isOwn: isPng});
  }
  const held: Float32Array[] = [];
  let imageShape: ImageShape = [1, 1, 1];
  return {
    async write(batch, shape, first) {
      imageShape = shape;
      if (out !== undefined) held.push(batch.slice());
      const size = shape[0] * shape[1] * shape[2];
      for (let start = 0; start < batch.length; start += size) {
        const file = singles[first + start / size];
        if (file !== undefined) await writePng(file, batch.subarray(start, start + size), shape, 1);
      }
    },
    async end() {
      const across = columns === 1 ? undefined : columns;
      if (out !== undefined) await writePng(out, concatenate(Float32Array, held), imageShape, across);
    },
  };
}

/** The files of single images, by number. */
export function singleFiles(folder: string, count: number): string[] {
  return Array.from({length: count}, (_, i) => join(folder, pictureName(i, count)));
}

async function isPng(path: string): Promise<boolean> {
  return (await firstBytes(path, pngSignature.length))?.equals(pngSignature) === true;
}

const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

async function writePng(file: string, images: Float32Array, shape: ImageShape, columns?: number): Promise<void> {
  await mkdir(dirname(file), {recursive: true});
  await writeFileAtomic(file, sampleGrid(images, shape, columns));
}
