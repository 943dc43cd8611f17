import {UserError} from '../contract/errors.ts';
import {createRandom, permutation} from '../random.ts';
import type {ImageSource} from './dataset.ts';
import {writeUnitRange} from './pictures/pixelRange.ts';

export interface TrainBatchRequest {
  readonly source: ImageSource;
  /** Images in the micro-batch. */
  readonly batch: number;
  readonly seed: number;
  /** Number of the micro-batch, from 0, counted over the whole run. */
  readonly index: number;
  /** Mirror half of the images left to right. */
  readonly flip: boolean;
  /** Crop at a drawn place instead of the centre. */
  readonly randomCrop: boolean;
}

/**
 * Micro-batch `index` of an endless seeded shuffle, [N,H,W,C] in [-1, 1].
 *
 * The shuffles of the epochs stand one after the other: position p is image permutation_e[p - e*size] of epoch
 * e = floor(p / size), and the batch takes `batch` positions from index * batch on, across the end of an epoch too.
 * Every draw is a function of (seed, position), so that a resumed run needs no state but the index.
 * A corrupt image (null from the source) gives its place to the next readable one in order; that one keeps its own
 * place as well, because later batches must not depend on what earlier ones met.
 */
export async function trainBatch(request: TrainBatchRequest): Promise<Float32Array> {
  const {source, batch, index} = request;
  requireImages(source);
  const images = Array.from({length: batch}, (_, i) => trainImage(request, index * batch + i));
  return stack(source, await Promise.all(images));
}

/**
 * The images `indices` of a source, [N,H,W,C] in [-1, 1], cropped centrally and never flipped.
 * A corrupt image is replaced by the next readable one of the source.
 */
export async function heldOutBatch(source: ImageSource, indices: readonly number[]): Promise<Float32Array> {
  requireImages(source);
  const images = indices.map((index) => firstReadable(source, (step) => source.read((index + step) % source.size)));
  return stack(source, await Promise.all(images));
}

async function trainImage(request: TrainBatchRequest, position: number): Promise<Uint8Array> {
  const {source, seed} = request;
  const pixels = await firstReadable(source, (step) => {
    const crop = request.randomCrop ? createRandom(seed, 'crop', position + step) : undefined;
    return source.read(imageAt(source, seed, position + step), crop && (() => crop.float()));
  });
  const mirrored = request.flip && createRandom(seed, 'flip', position).float() < 0.5;
  return mirrored ? mirror(pixels, source.shape) : pixels;
}

/** The shuffle last used with a source: batches come in order, so one epoch is enough. */
const shuffles = new WeakMap<ImageSource, {seed: number; epoch: number; order: Uint32Array}>();

function imageAt(source: ImageSource, seed: number, position: number): number {
  const epoch = Math.floor(position / source.size);
  let shuffle = shuffles.get(source);
  if (shuffle?.seed !== seed || shuffle.epoch !== epoch) {
    shuffle = {seed, epoch, order: permutation(source.size, createRandom(seed, 'shuffle', epoch))};
    shuffles.set(source, shuffle);
  }
  return shuffle.order[position - epoch * source.size] ?? 0;
}

/** Tries `read(0)`, `read(1)`, ... until one is readable, at most once round the source. */
async function firstReadable(
  source: ImageSource,
  read: (step: number) => Promise<Uint8Array | null>,
): Promise<Uint8Array> {
  for (let step = 0; step < source.size; step++) {
    const pixels = await read(step);
    if (pixels) return pixels;
  }
  throw new UserError('data-unreadable', `None of the ${source.size} images can be decoded.`, {
    hint: 'Check that data.path leads to images that other programs can open.',
  });
}

/** Left-right mirror of an [H,W,C] image. */
function mirror(pixels: Uint8Array, [height, width, channels]: ImageSource['shape']): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let pixel = 0; pixel < height * width; pixel++) {
    const column = pixel % width;
    const from = (pixel - column + (width - 1 - column)) * channels;
    for (let channel = 0; channel < channels; channel++) out[pixel * channels + channel] = pixels[from + channel] ?? 0;
  }
  return out;
}

function stack(source: ImageSource, images: readonly Uint8Array[]): Float32Array {
  const stride = source.shape[0] * source.shape[1] * source.shape[2];
  const out = new Float32Array(images.length * stride);
  images.forEach((pixels, i) => writeUnitRange(pixels, out, i * stride));
  return out;
}

function requireImages(source: ImageSource): void {
  if (source.size > 0) return;
  throw new UserError('data-too-small', 'A batch was asked of a part of the data that has no images.', {
    hint: 'Raise data.validation or data.test above 0.',
  });
}
