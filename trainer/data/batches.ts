import {UserError} from '../contract/errors.ts';
import {createRandom, permutation} from '../random.ts';
import type {ImageSource} from './dataset.ts';
import {pixelRows, type ImageDraw, type ImageRows} from './imageRows.ts';

export interface TrainBatchRequest {
  readonly source: ImageRows;
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

/** An image of a batch. */
export interface DrawnImage {
  /** Number of the image in its source. */
  readonly index: number;
  /** Place of the draw in the endless shuffle; other draws for the same image are functions of (seed, position), too. */
  readonly position: number;
}

export interface TrainBatch {
  readonly drawn: readonly DrawnImage[];
  /** [N,H,W,C] */
  readonly values: Float32Array;
}

/**
 * Micro-batch `index` of an endless seeded shuffle.
 *
 * The shuffles of the epochs stand one after the other: position p is image permutation_e[p - e*size] of epoch
 * e = floor(p / size), and the batch takes `batch` positions from index * batch on, across the end of an epoch too.
 * Every draw is a function of (seed, position), so that a resumed run needs no state but the index.
 * A corrupt image (null from the source) gives its place to the next readable one in order; that one keeps its own
 * place as well, because later batches must not depend on what earlier ones met.
 */
export async function trainBatch(request: TrainBatchRequest): Promise<TrainBatch> {
  const {source, batch, index} = request;
  requireImages(source);
  const positions = Array.from({length: batch}, (_, i) => index * batch + i);
  const images = await Promise.all(positions.map((position) => trainImage(request, position)));
  return {drawn: images.map(({index}, i) => ({index, position: positions[i] ?? 0})), values: stack(source, images)};
}

/**
 * The images `indices` of a source, [N,H,W,C] in [-1, 1], cropped centrally and never flipped.
 * A corrupt image is replaced by the next readable one of the source.
 */
export async function heldOutBatch(source: ImageSource, indices: readonly number[]): Promise<Float32Array> {
  return (await heldOutRows(pixelRows(source), indices)).values;
}

/** The same of images in whatever form, with the numbers of those that were taken. */
export async function heldOutRows(
  source: ImageRows,
  indices: readonly number[],
): Promise<{indices: number[]; values: Float32Array}> {
  requireImages(source);
  const images = indices.map((index) => firstReadable(source, (step) => (index + step) % source.size));
  const read = await Promise.all(images);
  return {indices: read.map(({index}) => index), values: stack(source, read)};
}

async function trainImage(request: TrainBatchRequest, position: number): Promise<ReadImage> {
  const {source, seed} = request;
  const mirrored = request.flip && createRandom(seed, 'flip', position).float() < 0.5;
  return firstReadable(
    source,
    (step) => imageAt(source, seed, position + step),
    (step) => {
      const crop = request.randomCrop ? createRandom(seed, 'crop', position + step) : undefined;
      return {mirrored, ...(crop && {random: () => crop.float()})};
    },
  );
}

/** The shuffle last used with a source: batches come in order, so one epoch is enough. */
const shuffles = new WeakMap<ImageRows, {seed: number; epoch: number; order: Uint32Array}>();

function imageAt(source: ImageRows, seed: number, position: number): number {
  const epoch = Math.floor(position / source.size);
  let shuffle = shuffles.get(source);
  if (shuffle?.seed !== seed || shuffle.epoch !== epoch) {
    shuffle = {seed, epoch, order: permutation(source.size, createRandom(seed, 'shuffle', epoch))};
    shuffles.set(source, shuffle);
  }
  return shuffle.order[position - epoch * source.size] ?? 0;
}

interface ReadImage {
  readonly index: number;
  readonly row: Float32Array;
}

/** Tries the images `indexOf(0)`, `indexOf(1)`, ... until one is readable, at most once round the source. */
async function firstReadable(
  source: ImageRows,
  indexOf: (step: number) => number,
  drawOf?: (step: number) => ImageDraw,
): Promise<ReadImage> {
  for (let step = 0; step < source.size; step++) {
    const index = indexOf(step);
    const row = await source.read(index, drawOf?.(step));
    if (row) return {index, row};
  }
  throw new UserError('data-unreadable', `None of the ${source.size} images can be decoded.`, {
    hint: 'Check that data.path leads to images that other programs can open.',
  });
}

function stack({shape}: ImageRows, images: readonly ReadImage[]): Float32Array {
  const stride = shape[0] * shape[1] * shape[2];
  const out = new Float32Array(images.length * stride);
  images.forEach(({row}, i) => out.set(row, i * stride));
  return out;
}

function requireImages(source: Pick<ImageRows, 'size'>): void {
  if (source.size > 0) return;
  throw new UserError('data-too-small', 'A batch was asked of a part of the data that has no images.', {
    hint: 'Raise data.validation or data.test above 0.',
  });
}
