import * as tf from '@tensorflow/tfjs-core';
import type {NewRunEvent} from '../contract/run/events.ts';
import type {TrainingConfig} from '../contract/config/training.ts';
import {learningRates, type LearningRates} from './trainingHistory.ts';
import {Divergence} from './divergence.ts';
import {SpikeWatch} from './lossSpike.ts';
import {bucketOf, TimestepBuckets} from './timestepBuckets.ts';
import type {UpdateLosses} from './trainProgram.ts';

/**
 * Gathers the losses of updates and emits them as `step` and `buckets` events. Losses stay on the device until `logEvery` updates
 * are together: reading them back makes host and device wait for each other.
 */
export class StepLog {
  readonly #buckets: TimestepBuckets;
  #waiting: UpdateLosses[] = [];
  #bucketsFrom: number;
  #lastTime = performance.now();
  readonly #spikes = new SpikeWatch();

  constructor(
    readonly stage: string,
    readonly config: TrainingConfig,
    readonly timesteps: number,
    update: number,
    readonly emit: (event: NewRunEvent) => void,
    readonly rates: LearningRates = learningRates(config),
  ) {
    this.#buckets = new TimestepBuckets(config.timestepBuckets, timesteps);
    this.#bucketsFrom = update;
  }

  /** Takes over the losses of update number `update` (from 1). */
  async add(update: number, losses: UpdateLosses): Promise<void> {
    this.#waiting.push(losses);
    if (update % this.config.logEvery === 0 || update === this.config.updates) await this.#emitStep(update);
    if (update % this.config.bucketEvery === 0) await this.flush(update);
  }

  /** Emits all that waits; called before every checkpoint, so that nothing is lost or told twice after a resume. */
  async flush(update: number): Promise<void> {
    if (this.#waiting.length > 0) await this.#emitStep(update);
    if (this.#bucketsFrom === update) return;
    this.emit({type: 'buckets', stage: this.stage, from: this.#bucketsFrom, to: update, ...this.#buckets.take()});
    this.#bucketsFrom = update;
  }

  dispose(): void {
    for (const {denoise, consistency, gradientNorm} of this.#waiting) tf.dispose([denoise, consistency, gradientNorm]);
    this.#waiting = [];
  }

  async #emitStep(update: number): Promise<void> {
    const read = await this.#readBack();
    const learningRate = this.rates(update - 1);
    const now = performance.now();
    const secondsPerUpdate = (now - this.#lastTime) / 1000 / read.length;
    this.#lastTime = now;
    const means = {
      denoise: mean(read.flatMap(({denoise}) => [...denoise])),
      consistency: mean(read.flatMap(({consistency}) => [...consistency])),
      gradientNorm: mean(read.map(({gradientNorm}) => gradientNorm)),
    };
    const {stage} = this;
    this.emit({type: 'step', stage, update, updates: this.config.updates, ...means, learningRate, secondsPerUpdate});
    this.#requireFinite(read, update - read.length + 1);
    this.#warnOfSpike(means.denoise, update);
  }

  /** The waiting updates on the host; the losses of their images go to the buckets. */
  async #readBack(): Promise<HostLosses[]> {
    const read: HostLosses[] = [];
    for (const losses of this.#waiting) {
      const [denoise, consistency, norm] = await Promise.all([
        losses.denoise.data<'float32'>(),
        losses.consistency.data<'float32'>(),
        losses.gradientNorm.data<'float32'>(),
      ]);
      this.#buckets.add(losses.timesteps, denoise, consistency);
      read.push({timesteps: losses.timesteps, denoise, consistency, gradientNorm: norm[0] ?? NaN});
    }
    this.dispose();
    return read;
  }

  /** @param first number (from 1) of the first of these updates */
  #requireFinite(read: readonly HostLosses[], first: number): void {
    const at = read.findIndex(({denoise, consistency, gradientNorm}) =>
      [...denoise, ...consistency, gradientNorm].some((value) => !Number.isFinite(value)),
    );
    const found = read[at];
    if (found === undefined) return;
    const update = first + at;
    const timesteps = this.#brokenBuckets(found);
    const what = timesteps.length > 0 ? 'loss' : 'gradient';
    throw new Divergence({stage: this.stage, what, update, learningRate: this.rates(update - 1), timesteps});
  }

  /** Bounds of the buckets of the images whose losses are not finite. */
  #brokenBuckets({timesteps, denoise, consistency}: HostLosses): [number, number][] {
    const count = Math.min(this.config.timestepBuckets, this.timesteps);
    const broken = timesteps.filter((_, i) => !Number.isFinite((denoise[i] ?? NaN) + (consistency[i] ?? NaN)));
    const buckets = [...new Set(broken.map((timestep) => bucketOf(timestep, count, this.timesteps)))];
    const bound = (bucket: number) => Math.ceil((bucket * this.timesteps) / count);
    return buckets.sort((a, b) => a - b).map((bucket) => [bound(bucket), bound(bucket + 1)]);
  }

  #warnOfSpike(loss: number, update: number): void {
    const usual = this.#spikes.add(loss);
    if (usual === null) return;
    const message = `the loss at update ${update} is ${loss.toPrecision(3)}, far above the usual ${usual.toPrecision(3)}.`;
    this.emit({type: 'log', stage: this.stage, level: 'warning', message});
  }
}

/** The losses of one update. */
interface HostLosses {
  readonly timesteps: readonly number[];
  readonly denoise: Float32Array;
  readonly consistency: Float32Array;
  readonly gradientNorm: number;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
