import {UserError} from '../../../trainer/contract/errors.ts';
import {plainPng} from '../../../trainer/data/pictures/plainPng.ts';
import {decodePng, encodePng} from '../../../trainer/data/pictures/png.ts';
import type {FuzzTarget} from '../target.ts';
import {repairPng} from './pngChunks.ts';

const pixels = Uint8Array.from({length: 6 * 6 * 3}, (_, i) => i);

/** The PNG decoder that does without sharp, and the one for the pictures of a run. */
export const png: FuzzTarget = {
  name: 'png',
  seeds: async () => [encodePng(pixels, 6, 6, 3), encodePng(pixels.subarray(0, 36), 6, 6, 1)],
  tokens: [
    'IDAT',
    'IHDR',
    'IEND',
    'PLTE',
    'tRNS',
    'iCCP',
    'tEXt',
    'zTXt',
    'pHYs',
    'acTL',
    'fcTL',
    '\xff\xff\xff\xff',
    '\x00\x00\x00\x00',
    '\x00\x00\x00\x06\x00\x01\x86\xa0',
    '\x10\x06\x00\x00\x01',
    '\x78\x9c',
  ],
  repair: repairPng,
  async parse(bytes) {
    const reasons = [() => plainPng(bytes, 36), () => decodePng(bytes)].map(reasonOf);
    const [reason] = reasons;
    // A reason is for the image source to add the name of the file to.
    if (reason !== undefined && reasons.every((found) => found !== undefined))
      throw new UserError('image-corrupt', reason);
  },
};

function reasonOf(decode: () => unknown): string | undefined {
  try {
    decode();
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}
