import * as tf from '@tensorflow/tfjs-core';
import type {TrainingConfig} from '../contract/config/training.ts';
import {trainBatch, type DrawnImage} from '../data/batches.ts';
import {drawCaption} from '../data/captions/drawCaption.ts';
import {textStates, type ImageTexts} from '../data/textRows.ts';
import {drawTimesteps} from '../deme/timesteps.ts';
import type {Condition} from '../models/denoiser.ts';
import {createRandom} from '../random.ts';
import {timestepWeights} from '../schedulers/timestepWeights.ts';
import type {MicroBatch} from './microBatch.ts';
import type {TrainTask} from './trainTask.ts';

/** What is read of a micro-batch, on the host. */
interface ReadBatch {
  readonly images: Float32Array;
  /** States of the texts, [N,T,width]; null where the network takes none. */
  readonly context: Float32Array | null;
}

/**
 * Reads the micro-batches of a training, one update ahead: images are read and decoded beside the computation. A batch is a function of
 * (seed, stage, update), which is what makes a resumed run equal to an unbroken one.
 */
export class BatchReader {
  #ahead: {readonly update: number; readonly batches: Promise<ReadBatch[]>} | null = null;

  constructor(readonly task: TrainTask) {}

  /** The micro-batches of an update, for the caller to dispose of, and how long the computation has waited for them. */
  async take(update: number): Promise<{batches: MicroBatch[]; secondsWaited: number}> {
    const begun = performance.now();
    const read = await (this.#ahead?.update === update ? this.#ahead.batches : this.#read(update));
    const secondsWaited = (performance.now() - begun) / 1000;
    this.#ahead = update + 1 < this.task.config.updates ? {update: update + 1, batches: this.#read(update + 1)} : null;
    // Whoever takes it gets the error.
    this.#ahead?.batches.catch(() => undefined);
    return {batches: read.map((batch, micro) => toMicroBatch(this.task, update, micro, batch)), secondsWaited};
  }

  async #read(update: number): Promise<ReadBatch[]> {
    const batches: ReadBatch[] = [];
    for (let micro = 0; micro < this.task.config.accumulation; micro++)
      batches.push(await readMicroBatch(this.task, update, micro));
    return batches;
  }
}

/** The first micro-batch of an update, the caller's. */
export async function firstMicroBatch(task: TrainTask, update: number): Promise<MicroBatch> {
  return toMicroBatch(task, update, 0, await readMicroBatch(task, update, 0));
}

export function disposeBatches(batches: readonly MicroBatch[]): void {
  for (const {images, noise, condition} of batches)
    tf.dispose([images, noise, ...(condition?.context ? [condition.context] : [])]);
}

async function readMicroBatch(task: TrainTask, update: number, micro: number): Promise<ReadBatch> {
  const {config, images, flip, randomCrop} = task;
  const {seed, batch, accumulation} = config;
  const index = update * accumulation + micro;
  const {drawn, values} = await trainBatch({source: images, batch, seed, index, flip, randomCrop});
  return {images: values, context: task.texts && (await readContext(task.texts, config, drawn))};
}

async function readContext(
  {captions, rows}: ImageTexts,
  {seed, captionDropout: dropout = 0}: TrainingConfig,
  drawn: readonly DrawnImage[],
): Promise<Float32Array> {
  const texts: string[] = [];
  for (const {index, position} of drawn) texts.push(drawCaption(await captions(index), {seed, position, dropout}));
  return textStates(rows, texts);
}

function toMicroBatch(task: TrainTask, update: number, micro: number, {images: rows, context}: ReadBatch): MicroBatch {
  const {config, setting, stage, drawsAs = stage, space} = task;
  const random = (what: string, ...path: number[]) => createRandom(config.seed, drawsAs, what, update, micro, ...path);
  const images = tf.tidy(() =>
    space.draw(tf.tensor4d(rows, [config.batch, ...task.images.shape]), (i) => random('encoded', i)),
  );
  const draw = {
    range: task.range,
    timesteps: setting.schedule.timesteps,
    batch: config.batch,
    probability: task.probability,
    draw: config.draw,
    weights: timestepWeights(setting.schedule, config.timestepSampling ?? {kind: 'uniform'}),
  };
  return {
    images,
    noise: tf.tensor4d(random('noise').fillNormal(new Float32Array(images.size)), images.shape),
    timesteps: drawTimesteps(draw, random('timesteps')),
    condition: conditionOf(task, context),
    dropoutSeed: config.dropout ? random('dropout').uint32() : undefined,
  };
}

function conditionOf({config, texts}: TrainTask, context: Float32Array | null): Condition | undefined {
  if (context === null || texts === null) return undefined;
  return {context: tf.tensor3d(context, [config.batch, ...texts.rows.shape])};
}
