import * as tf from '@tensorflow/tfjs-core';
import type {NewRunEvent} from '../contract/run/events.ts';
import type {TrainingConfig} from '../contract/config/training.ts';
import {byLossTerm, type LossTerm, lossTermNames} from '../contract/run/lossTerms.ts';
import {learningRates, type LearningRates} from './trainingHistory.ts';
import {Divergence} from './divergence.ts';
import type {LossScale} from './scale/lossScale.ts';
import {SpikeWatch} from './lossSpike.ts';
import {bucketOf, TimestepBuckets} from './timestepBuckets.ts';
import type {UpdateLosses} from './trainProgram.ts';

/**
 * Gathers the losses of updates and emits them as `step` and `buckets` events. Losses stay on the device until `logEvery` updates
 * have been gathered: reading them back makes host and device wait for each other.
 */
export class StepLog {
  readonly #buckets: TimestepBuckets;
  #waiting: UpdateLosses[] = [];
  #bucketsFrom: number;
  #lastTime = performance.now();
  #secondsWaited = 0;
  readonly #spikes = new SpikeWatch();

  constructor(
    readonly stage: string,
    readonly config: TrainingConfig,
    readonly timesteps: number,
    update: number,
    readonly emit: (event: NewRunEvent) => void,
    readonly rates: LearningRates = learningRates(config),
    readonly lossScale: Pick<LossScale, 'scale'> | null = null,
  ) {
    this.#buckets = new TimestepBuckets(config.timestepBuckets, timesteps);
    this.#bucketsFrom = update;
  }

  /** Takes ownership of the losses of update number `update` (from 1), for whose images the computation has waited so long. */
  async add(update: number, losses: UpdateLosses, secondsWaited = 0): Promise<void> {
    this.#waiting.push(losses);
    this.#secondsWaited += secondsWaited;
    if (update % this.config.logEvery === 0 || update === this.config.updates) await this.#emitStep(update);
    if (update % this.config.bucketEvery === 0) await this.flush(update);
  }

  /** Emits everything gathered; called before every checkpoint, so that a resume neither loses nor repeats an event. */
  async flush(update: number): Promise<void> {
    if (this.#waiting.length > 0) await this.#emitStep(update);
    if (this.#bucketsFrom === update) return;
    this.emit({type: 'buckets', stage: this.stage, from: this.#bucketsFrom, to: update, ...this.#buckets.take()});
    this.#bucketsFrom = update;
  }

  dispose(): void {
    for (const {losses, gradientNorm} of this.#waiting) tf.dispose([...Object.values(losses), gradientNorm]);
    this.#waiting = [];
  }

  async #emitStep(update: number): Promise<void> {
    const read = await this.#readBack();
    const learningRate = this.rates(update - 1);
    const now = performance.now();
    const secondsPerUpdate = (now - this.#lastTime) / 1000 / read.length;
    this.#lastTime = now;
    const secondsWaited = this.#secondsWaited / read.length;
    this.#secondsWaited = 0;
    const losses = byLossTerm((term) => mean(read.flatMap((host) => [...host.losses[term]])));
    const made = read.filter(({skipped}) => !skipped);
    const gradientNorm = mean(made.map((host) => host.gradientNorm));
    const scaled = this.lossScale && {lossScale: this.lossScale.scale, skipped: read.length - made.length};
    const {stage} = this;
    const {updates} = this.config;
    const seconds = {secondsPerUpdate, secondsWaited};
    this.emit({type: 'step', stage, update, updates, losses, gradientNorm, learningRate, ...seconds, ...scaled});
    this.#requireFinite(read, update - read.length + 1);
    this.#warnOfSpike(losses.denoise, update);
  }

  /** Reads the gathered updates back and adds the losses of their images to the buckets. */
  async #readBack(): Promise<HostLosses[]> {
    const read: HostLosses[] = [];
    for (const {timesteps, losses: tensors, gradientNorm, skipped = false} of this.#waiting) {
      const all = [...lossTermNames.map((term) => tensors[term]), gradientNorm];
      const values = await Promise.all(all.map((tensor) => tensor.data<'float32'>()));
      const losses = byLossTerm((term) => values[lossTermNames.indexOf(term)] ?? new Float32Array());
      this.#buckets.add(timesteps, losses);
      read.push({timesteps, losses, gradientNorm: values.at(-1)?.[0] ?? NaN, skipped});
    }
    this.dispose();
    return read;
  }

  /** @param first number (from 1) of the first of these updates */
  #requireFinite(read: readonly HostLosses[], first: number): void {
    const at = read.findIndex(
      (host) =>
        host.timesteps.some((_, i) => !isFinite(host, i)) || !(host.skipped || Number.isFinite(host.gradientNorm)),
    );
    const found = read[at];
    if (found === undefined) return;
    const update = first + at;
    const timesteps = this.#brokenBuckets(found);
    const what = timesteps.length > 0 ? 'loss' : 'gradient';
    throw new Divergence({stage: this.stage, what, update, learningRate: this.rates(update - 1), timesteps});
  }

  /** Bounds of the buckets of the images whose losses are not finite. */
  #brokenBuckets(host: HostLosses): [number, number][] {
    const count = Math.min(this.config.timestepBuckets, this.timesteps);
    const broken = host.timesteps.filter((_, i) => !isFinite(host, i));
    const buckets = [...new Set(broken.map((timestep) => bucketOf(timestep, count, this.timesteps)))];
    const bound = (bucket: number) => Math.ceil((bucket * this.timesteps) / count);
    return buckets.sort((a, b) => a - b).map((bucket) => [bound(bucket), bound(bucket + 1)]);
  }

  #warnOfSpike(loss: number, update: number): void {
    const usual = this.#spikes.add(loss);
    if (usual === null) return;
    const message = `the loss at update ${update} is ${loss.toPrecision(3)}, far above the usual ${usual.toPrecision(3)}.`;
    this.emit({type: 'log', stage: this.stage, level: 'warning', message, alert: true});
  }
}

/** The losses of one update. */
interface HostLosses {
  readonly timesteps: readonly number[];
  readonly losses: Readonly<Record<LossTerm, Float32Array>>;
  readonly gradientNorm: number;
  readonly skipped: boolean;
}

/** Whether all losses of an image are finite numbers. */
function isFinite({losses}: HostLosses, image: number): boolean {
  return lossTermNames.every((term) => Number.isFinite(losses[term][image]));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
