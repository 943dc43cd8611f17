import * as tf from '@tensorflow/tfjs-core';
import {UserError} from '../contract/errors.ts';
import type {TimestepRange} from '../deme/timesteps.ts';
import type {Condition, Denoiser} from '../models/denoiser.ts';
import {Predictor} from '../models/predictor.ts';
import type {Params} from '../nn/params.ts';
import {createRandom} from '../random.ts';
import type {HeldOutImages} from './heldOutImages.ts';
import {addNoise, noiseLevels, type NoiseSchedule, trainingTarget} from '../schedulers/schedule.ts';
import type {LossTable} from './lossTable.ts';

export interface DrawSettings {
  /** At least 2, so that the loss has a standard error. */
  imageCount: number;
  timestepsPerRange: number;
  ranges: readonly TimestepRange[];
  seed: number;
}

/** Timesteps and noise that every model is measured on: a function of the settings alone. */
export interface HeldOutDraws extends Readonly<DrawSettings> {
  /** [ranges, images, timestepsPerRange], as in `LossTable`. */
  readonly timesteps: Int32Array;
}

export interface HeldOutRequest extends HeldOutSettings {
  denoiser: Denoiser;
  params: Params;
}

/** Holds `draws.imageCount` images. */
export interface HeldOutSettings extends HeldOutImages {
  schedule: NoiseSchedule;
  draws: HeldOutDraws;
  /** Draws per forward pass; the last pass is padded to this size. */
  batch?: number;
  /** Numbers of the ranges to measure; the others stay NaN in the table. */
  onlyRanges?: readonly number[];
  onProgress?(done: number, total: number): void;
}

/**
 * The fixed held-out draws. Each range is cut into `timestepsPerRange` strata of equal length and every image gets one
 * timestep from each, so that a range is covered evenly and its mean loss is unbiased.
 */
export function heldOutDraws(settings: DrawSettings): HeldOutDraws {
  const {imageCount, timestepsPerRange, ranges, seed} = settings;
  if (imageCount < 2) {
    throw new UserError('held-out-too-few', `A standard error needs at least 2 held-out images, not ${imageCount}.`);
  }
  const timesteps = ranges.flatMap((range, rangeIndex) =>
    Array.from({length: imageCount}, (_, image) => {
      const random = createRandom(seed, 'heldout', 'timesteps', image, rangeIndex);
      return Array.from({length: timestepsPerRange}, (_, k) => stratified(range, k, timestepsPerRange, random.float()));
    }).flat(),
  );
  return {...settings, timesteps: Int32Array.from(timesteps)};
}

/**
 * Loss of each draw: squared error of the prediction against its training target, mean over pixels and channels.
 * Two models measured with the same draws and images see bit-identical noisy inputs.
 */
export async function heldOutLosses({denoiser, params, ...request}: HeldOutRequest): Promise<LossTable> {
  const predictor = new Predictor(denoiser, params);
  try {
    return await predictorLosses(predictor, request);
  } finally {
    predictor.dispose();
  }
}

/** The same for the weights that a predictor holds, which saves preparing it again for every measurement. */
export async function predictorLosses(predictor: Predictor, request: HeldOutSettings): Promise<LossTable> {
  const {draws, images, shape, batch = 32, onlyRanges = draws.ranges.map((_, i) => i), onProgress} = request;
  const expected = draws.imageCount * pixelCount(shape);
  if (images.length !== expected) throw new Error(`held-out images hold ${images.length} numbers, not ${expected}`);
  const values = new Float64Array(draws.timesteps.length).fill(NaN);
  const perRange = draws.imageCount * draws.timestepsPerRange;
  const wanted = onlyRanges.flatMap((range) => Array.from({length: perRange}, (_, i) => range * perRange + i));
  for (let start = 0; start < wanted.length; start += batch) {
    const chosen = wanted.slice(start, start + batch);
    const losses = await batchLosses(predictor, request, filledUp(chosen, batch));
    chosen.forEach((draw, i) => (values[draw] = losses[i] ?? NaN));
    onProgress?.(start + chosen.length, wanted.length);
  }
  const {ranges, imageCount, timestepsPerRange} = draws;
  return {ranges, images: imageCount, timestepsPerRange, values};
}

function stratified([low, high]: TimestepRange, stratum: number, strata: number, uniform: number): number {
  return low + Math.floor(((stratum + uniform) * (high - low)) / strata);
}

function filledUp(draws: readonly number[], size: number): number[] {
  return Array.from({length: size}, (_, i) => draws[Math.min(i, draws.length - 1)] ?? 0);
}

/** Images and noise, [N,H,W,C], timesteps and texts of some draws; the caller's. */
export interface HeldOutBatch {
  readonly images: tf.Tensor4D;
  readonly noise: tf.Tensor4D;
  readonly timesteps: number[];
  readonly condition?: Condition;
}

type DrawnImages = HeldOutImages & Pick<HeldOutSettings, 'draws'>;

/** The draws with these numbers as a batch. */
export function heldOutBatch(request: DrawnImages, chosen: readonly number[]): HeldOutBatch {
  const condition = conditionOf(request, chosen);
  return {
    images: batchTensor(request, chosen, imageOfDraw),
    noise: batchTensor(request, chosen, noiseOfDraw),
    timesteps: chosen.map((draw) => request.draws.timesteps[draw] ?? NaN),
    ...(condition && {condition}),
  };
}

async function batchLosses(
  predictor: Predictor,
  request: HeldOutSettings,
  chosen: readonly number[],
): Promise<ArrayLike<number>> {
  const {schedule} = request;
  const loss = tf.tidy(() => {
    const {images, noise, timesteps, condition} = heldOutBatch(request, chosen);
    const levels = noiseLevels(schedule, timesteps);
    const prediction = predictor.predict(addNoise(levels, images, noise), timesteps, condition);
    const target = trainingTarget(schedule, levels, images, noise);
    return tf.mean(tf.squaredDifference(prediction, target), [1, 2, 3]);
  });
  try {
    return await loss.data();
  } finally {
    loss.dispose();
  }
}

function batchTensor(
  request: DrawnImages,
  chosen: readonly number[],
  fill: (request: DrawnImages, draw: number, out: Float32Array) => void,
): tf.Tensor4D {
  const size = pixelCount(request.shape);
  const values = new Float32Array(chosen.length * size);
  chosen.forEach((draw, i) => fill(request, draw, values.subarray(i * size, (i + 1) * size)));
  return tf.tensor4d(values, [chosen.length, ...request.shape]);
}

function conditionOf({draws, context}: DrawnImages, chosen: readonly number[]): Condition | undefined {
  if (context === undefined) return undefined;
  const {values, shape} = context;
  const size = shape[0] * shape[1];
  const rows = new Float32Array(chosen.length * size);
  chosen.forEach((draw, i) => {
    const {image} = coordinates(draws, draw);
    rows.set(values.subarray(image * size, (image + 1) * size), i * size);
  });
  return {context: tf.tensor3d(rows, [chosen.length, ...shape])};
}

function imageOfDraw({draws, images}: DrawnImages, draw: number, out: Float32Array): void {
  const {image} = coordinates(draws, draw);
  out.set(images.subarray(image * out.length, (image + 1) * out.length));
}

function noiseOfDraw({draws}: DrawnImages, draw: number, out: Float32Array): void {
  const {range, image, k} = coordinates(draws, draw);
  createRandom(draws.seed, 'heldout', 'noise', image, range, k).fillNormal(out);
}

function coordinates({imageCount, timestepsPerRange}: HeldOutDraws, draw: number) {
  const row = Math.floor(draw / timestepsPerRange);
  return {k: draw % timestepsPerRange, image: row % imageCount, range: Math.floor(row / imageCount)};
}

function pixelCount([height, width, channels]: readonly [number, number, number]): number {
  return height * width * channels;
}
