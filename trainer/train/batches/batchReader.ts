import * as tf from '@tensorflow/tfjs-core';
import {drawTimesteps} from '../../deme/timesteps.ts';
import type {Condition} from '../../models/denoiser.ts';
import type {Random} from '../../random.ts';
import {timestepWeights} from '../../schedulers/timestepWeights.ts';
import type {MicroBatch} from '../microBatch.ts';
import type {TrainTask} from '../trainTask.ts';
import {BatchThread, updatesAhead} from './batchThread.ts';
import {drawHostBatch, drawStream, type DrawSetting, type HostBatch} from './hostBatch.ts';
import {threadPays} from './threadPays.ts';

/** Updates whose draws are timed, with nothing else beside them. */
const timed = 3;

/**
 * Reads the micro-batches of a training ahead: where that takes long enough to pay, in a thread of its own, since the computation leaves this one
 * no time; else those of one update in this one, where only files are read meanwhile. The batches are the same either way.
 */
export class BatchReader {
  /** What is read ahead, by update. */
  #ahead: ReadonlyMap<number, Promise<HostBatch[]>> = new Map();
  #thread: BatchThread | null = null;
  readonly #setting: DrawSetting;
  /** Seconds that drawing an update took, and that the rest of it took. */
  readonly #draws: number[] = [];
  readonly #rests: number[] = [];
  #taken = NaN;

  constructor(
    readonly task: TrainTask,
    readonly pays = threadPays,
  ) {
    this.#setting = drawSettingOf(task);
  }

  /** The micro-batches of an update, for the caller to dispose of, and how long the computation has waited for them. */
  async take(update: number): Promise<{batches: MicroBatch[]; secondsWaited: number}> {
    const begun = performance.now();
    const read = await (this.#ahead.get(update) ?? this.#read(update));
    const secondsWaited = (performance.now() - begun) / 1000;
    this.#note(secondsWaited, (begun - this.#taken) / 1000);
    this.#ahead = new Map(this.#next(update).map((next) => [next, this.#ahead.get(next) ?? this.#readAhead(next)]));
    const batches = read.map((batch, micro) => toMicroBatch(this.task, this.#setting, update, micro, batch));
    this.#taken = performance.now();
    return {batches, secondsWaited};
  }

  /** Ends the thread, if there is one. */
  async dispose(): Promise<void> {
    await this.#thread?.dispose();
  }

  /** Starts the thread once it is known that it pays. */
  #note(draw: number, rest: number): void {
    if (this.#draws.length >= timed) return;
    this.#draws.push(draw);
    if (!Number.isNaN(rest)) this.#rests.push(rest);
    const {order, onSkip = () => undefined} = this.task;
    if (this.#draws.length < timed || !order || !this.pays(this.#draws, this.#rests)) return;
    this.#thread = new BatchThread({rows: order, setting: this.#setting}, onSkip);
  }

  /** The updates to read ahead while one is computed. */
  #next(update: number): number[] {
    const count = this.#thread?.isReady ? updatesAhead : this.#draws.length < timed ? 0 : 1;
    const all = Array.from({length: count}, (_, i) => update + 1 + i);
    return all.filter((next) => next < this.task.config.updates);
  }

  #readAhead(update: number): Promise<HostBatch[]> {
    const thread = this.#thread;
    // Drawn again here, what has failed there fails with its reason, or is mended.
    const batches = thread?.isReady ? thread.draw(update).catch(() => this.#read(update)) : this.#read(update);
    // Whoever takes it gets the error.
    batches.catch(() => undefined);
    return batches;
  }

  async #read(update: number): Promise<HostBatch[]> {
    const batches: HostBatch[] = [];
    for (let micro = 0; micro < this.task.config.accumulation; micro++)
      batches.push(await drawHostBatch(this.task, this.#setting, update, micro));
    return batches;
  }
}

/** The first micro-batch of an update, the caller's. */
export async function firstMicroBatch(task: TrainTask, update: number): Promise<MicroBatch> {
  const setting = drawSettingOf(task);
  return toMicroBatch(task, setting, update, 0, await drawHostBatch(task, setting, update, 0));
}

export function disposeBatches(batches: readonly MicroBatch[]): void {
  for (const {images, noise, condition} of batches)
    tf.dispose([images, noise, ...(condition?.context ? [condition.context] : [])]);
}

function drawSettingOf({stage, drawsAs = stage, config, flip, randomCrop, space}: TrainTask): DrawSetting {
  const {seed, batch, accumulation, captionDropout} = config;
  return {
    stage: drawsAs,
    config: {seed, batch, accumulation, captionDropout},
    flip,
    randomCrop,
    shape: space.shape,
    encodes: space.hash !== null,
  };
}

function toMicroBatch(
  task: TrainTask,
  drawn: DrawSetting,
  update: number,
  micro: number,
  {images: rows, context, noise, encoded}: HostBatch,
): MicroBatch {
  const {config, setting, space} = task;
  const random = (what: string) => drawStream(drawn, what, update, micro);
  const images = tf.tidy(() =>
    space.draw(tf.tensor4d(rows, [config.batch, ...task.images.shape]), (i) => drawnBefore(encoded, i, config.batch)),
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
    noise: tf.tensor4d(noise, images.shape),
    timesteps: drawTimesteps(draw, random('timesteps')),
    condition: conditionOf(task, context),
    dropoutSeed: config.dropout ? random('dropout').uint32() : undefined,
  };
}

/** The normal numbers of image `i` of `count`, as the stream that they came from would give them. */
function drawnBefore(values: Float32Array | null, i: number, count: number): Pick<Random, 'fillNormal'> {
  return {
    fillNormal(out) {
      const size = (values?.length ?? 0) / count;
      if (values === null || out.length !== size) throw new Error(`${out.length} numbers are asked for, not ${size}`);
      out.set(values.subarray(i * size, (i + 1) * size));
      return out;
    },
  };
}

function conditionOf({config, texts}: TrainTask, context: Float32Array | null): Condition | undefined {
  if (context === null || texts === null) return undefined;
  return {context: tf.tensor3d(context, [config.batch, ...texts.rows.shape])};
}
